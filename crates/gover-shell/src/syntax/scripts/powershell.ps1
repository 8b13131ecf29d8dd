# gover for PowerShell 5.1 and 7: gover init powershell | Out-String | Invoke-Expression
$env:PATH = (@('@BIN@') + @($env:PATH -split [IO.Path]::PathSeparator | Where-Object { $_ -and $_ -ne '@BIN@' })) -join [IO.Path]::PathSeparator

# Changes of this shell's environment, which a program cannot make, are printed by it and evaluated here.
function global:gover {
    $words = @($args | ForEach-Object { "$_" })
    $command = ''
    $skip = $false
    foreach ($word in $words) {
        if ($skip) { $skip = $false }
        elseif ($word -ceq '-h' -or $word -ceq '--help') { $command = 'help'; break }
        elseif ($word -ceq '--color') { $skip = $true }
        elseif ($word -notlike '-*' -and -not $command) { $command = $word }
    }
    if ($command -cne 'use') {
        & '@GOVER@' @args
        return
    }
    $before = $env:GOVER_SHELL
    try {
        $env:GOVER_SHELL = 'powershell'
        $code = & '@GOVER@' @args | Out-String
    }
    finally {
        $env:GOVER_SHELL = $before
    }
    if ($LASTEXITCODE -eq 0 -and $code.Trim()) { Invoke-Expression $code }
}
