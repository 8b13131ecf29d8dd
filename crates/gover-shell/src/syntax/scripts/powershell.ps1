# gover for PowerShell 5.1 and 7: gover init powershell | Out-String | Invoke-Expression
& {
    $bin = '@BIN@'
    $separator = [IO.Path]::PathSeparator
    $env:PATH = @(
        $bin
        foreach ($entry in $env:PATH -split $separator) {
            # Windows ignores case and a backslash at the end.
            $same = if ($separator -eq ';') { $entry.TrimEnd('\') -eq $bin } else { $entry -ceq $bin }
            if ($entry -and -not $same) { $entry }
        }
    ) -join $separator
}

# A program cannot change the environment of its shell, so `gover use` prints the changes for this function.
# Without `param`, since PowerShell would otherwise handle `-v` and other flags itself.
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
    # Before 7.3, and later in legacy mode, PowerShell drops empty arguments and quotation marks, but keeps
    # quoted ones. Numbers are not text here and stay as they were typed: 1.20.
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
        # `$null`, if it was not set, removes it.
        $env:GOVER_SHELL = $before
    }
    if ($LASTEXITCODE -eq 0 -and $code) { Invoke-Expression $code }
}
