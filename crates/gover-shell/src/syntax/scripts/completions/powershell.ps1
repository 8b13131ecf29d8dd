# Completions of gover for PowerShell 5.1 and 7: gover completions powershell | Out-String | Invoke-Expression
# Tab runs gover, which knows what fits. If it prints nothing, PowerShell offers the names of files.
Register-ArgumentCompleter -Native -CommandName gover -ScriptBlock {
    param($word, $tree, $cursor)
    $words = @(
        foreach ($element in $tree.CommandElements) {
            if ($element.Extent.EndOffset -lt $cursor) { $element.Extent.Text }
        }
    )
    $program = @(Get-Command -Name gover -CommandType Application -ErrorAction Ignore)
    if (-not $program) { return }
    & $program[0].Path complete powershell "--word=$word" '--' @words 2>$null | ForEach-Object {
        $value, $text = $_ -split "`t", 2
        if (-not $text) { $text = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $text)
    }
}
