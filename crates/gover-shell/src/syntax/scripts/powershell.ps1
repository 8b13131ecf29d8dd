# gover for PowerShell 5.1 and 7: gover init powershell | Out-String | Invoke-Expression
& {
    $bin = '@BIN@'
    $separator = [IO.Path]::PathSeparator
    $env:PATH = @(
        $bin
        foreach ($entry in $env:PATH -split $separator) {
            # Windows takes capitals for small letters and ignores a backslash at the end.
            $same = if ($separator -eq ';') { $entry.TrimEnd('\') -eq $bin } else { $entry -ceq $bin }
            if ($entry -and -not $same) { $entry }
        }
    ) -join $separator
}

# Changes of this shell's environment, which a program cannot make, are printed by it and evaluated here.
# No `param`: with it PowerShell would take `-v` and others for itself.
function global:gover {
    $words = @($args)
    $command = ''
    $skip = $false
    foreach ($word in $words) {
        if ($skip) { $skip = $false }
        elseif ("$word" -ceq '-h' -or "$word" -ceq '--help') { $command = 'help'; break }
        elseif ("$word" -ceq '--color') { $skip = $true }
        elseif ("$word" -notlike '-*' -and -not $command) { $command = "$word" }
    }
    # Before 7.3, and later if so told, PowerShell drops empty arguments and loses quotation marks. It leaves alone
    # what is quoted already. Numbers are no text here and keep what was typed: 1.20.
    $passing = Get-Variable -Name PSNativeCommandArgumentPassing -ValueOnly -ErrorAction Ignore
    if ($PSVersionTable.PSVersion.Major -lt 7 -or $passing -in $null, 'Legacy') {
        for ($index = 0; $index -lt $words.Count; $index++) {
            if ($words[$index] -is [string] -and $words[$index] -match '^$|[\s"]') {
                $word = $words[$index] -replace '(\\*)"', '$1$1\"' -replace '(\\+)$', '$1$1'
                $words[$index] = '"' + $word + '"'
            }
        }
    }
    if ($command -cne 'use') {
        if ($MyInvocation.ExpectingInput) { $input | & '@GOVER@' @words } else { & '@GOVER@' @words }
        return
    }
    $before = $env:GOVER_SHELL
    try {
        $env:GOVER_SHELL = 'powershell'
        $code = (& '@GOVER@' @words) -join "`n"
    }
    finally {
        # `$null`, if there was none, removes it.
        $env:GOVER_SHELL = $before
    }
    if ($LASTEXITCODE -eq 0 -and $code) { Invoke-Expression $code }
}
