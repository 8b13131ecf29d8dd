#Requires -Version 5.1
<#
.SYNOPSIS
  Installs gover, puts it on PATH, and installs Go.
.DESCRIPTION
  Uses gover.exe and gover-shim.exe beside this script; where they are missing, it builds them with cargo from
  the checkout it lies in.
.PARAMETER Version
  The Go to install: 1.22.5, 1.22, latest (the default).
.PARAMETER GoverHome
  Where gover keeps everything; default $env:GOVER_HOME or %USERPROFILE%\.gover.
.PARAMETER NoSetup
  Leave the user's PATH alone.
.EXAMPLE
  .\install.ps1 1.22.5
.EXAMPLE
  .\install.ps1 -GoverHome D:\gover -NoSetup latest
#>
[CmdletBinding()]
param(
  [Parameter(Position = 0)] [string] $Version = 'latest',
  [string] $GoverHome,
  [switch] $NoSetup
)
Set-StrictMode -Version 2
# Programs report failure by their exit code; what they write to stderr is no error of PowerShell's.
$ErrorActionPreference = 'Continue'

function Stop-Install([string] $Message, [string[]] $Hints) {
  [Console]::Error.WriteLine("error: $Message")
  foreach ($Hint in $Hints) { [Console]::Error.WriteLine("hint: $Hint") }
  exit 1
}

function Assert-Done([string] $Message) {
  if ($LASTEXITCODE -ne 0) { Stop-Install $Message @() }
}

# Puts a program into bin. One that runs cannot be overwritten, but it can be renamed.
function Install-Program([string] $Source, [string] $Target) {
  $New = "$Target.new.$PID"
  $Old = "$Target.$PID.old"
  try {
    Copy-Item -LiteralPath $Source -Destination $New -Force -ErrorAction Stop
    if (Test-Path -LiteralPath $Target) { Move-Item -LiteralPath $Target -Destination $Old -Force -ErrorAction Stop }
    Move-Item -LiteralPath $New -Destination $Target -ErrorAction Stop
  } catch {
    if (-not (Test-Path -LiteralPath $Target) -and (Test-Path -LiteralPath $Old)) {
      Move-Item -LiteralPath $Old -Destination $Target
    }
    Remove-Item -LiteralPath $New -Force -ErrorAction SilentlyContinue
    Stop-Install "cannot put $Target in place: $($_.Exception.Message)" @()
  }
  Remove-Item -LiteralPath $Old -Force -ErrorAction SilentlyContinue
}

if (-not $GoverHome) { $GoverHome = $env:GOVER_HOME }
$Default = Join-Path $env:USERPROFILE '.gover'
if (-not $GoverHome) { $GoverHome = $Default }
$GoverHome = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($GoverHome)
if ($GoverHome -ne $Default) { $env:GOVER_HOME = $GoverHome }
$Bin = Join-Path $GoverHome 'bin'

$Gover = Join-Path $PSScriptRoot 'gover.exe'
$Shim = Join-Path $PSScriptRoot 'gover-shim.exe'
if (-not ((Test-Path -LiteralPath $Gover) -and (Test-Path -LiteralPath $Shim))) {
  if (-not (Get-Command cargo -ErrorAction SilentlyContinue)) {
    Stop-Install 'gover must be built, and cargo is not installed' @(
      'install Rust from https://rustup.rs and run this again',
      'or put the built programs gover.exe and gover-shim.exe beside install.ps1')
  }
  $Target = if ($env:CARGO_TARGET_DIR) { $env:CARGO_TARGET_DIR } else { Join-Path $PSScriptRoot 'target' }
  $Target = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Target)
  $Static = '-C', 'target-feature=+crt-static'
  Push-Location -LiteralPath $PSScriptRoot
  try {
    $Common = '--release', '--locked', '--target-dir', $Target
    & cargo rustc @Common --package gover --bin gover '--' @Static
    Assert-Done 'cargo cannot build gover'
    & cargo rustc @Common --package gover-shim --bin gover-shim '--' @Static
    Assert-Done 'cargo cannot build gover-shim'
  } finally { Pop-Location }
  $Gover = Join-Path $Target 'release\gover.exe'
  $Shim = Join-Path $Target 'release\gover-shim.exe'
}

New-Item -ItemType Directory -Force -Path $Bin | Out-Null
if (-not (Test-Path -LiteralPath $Bin)) { Stop-Install "cannot create $Bin" @() }
Install-Program $Shim (Join-Path $Bin 'gover-shim.exe')
Install-Program $Gover (Join-Path $Bin 'gover.exe')
$Gover = Join-Path $Bin 'gover.exe'

if (-not $NoSetup) {
  & $Gover setup
  Assert-Done 'gover setup failed'
}
& $Gover install $Version
Assert-Done "cannot install Go $Version"

# bin is put first, as it is in a new window, so that what is printed is what the next one will say.
$env:PATH = "$Bin;$env:PATH"
& go version
exit $LASTEXITCODE
