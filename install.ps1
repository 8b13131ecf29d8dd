#Requires -Version 5.1
<#
.SYNOPSIS
  Installs gover, puts it on PATH, and installs Go.
.DESCRIPTION
  Uses gover.exe and gover-shim.exe in the directory of this script. Where they are missing, it builds them with
  cargo from its checkout. It downloads nothing itself, needs no administrator, and works on every processor that
  gover and Go are built for.

  Windows runs no scripts by default. This command runs this one:

    powershell -ExecutionPolicy Bypass -File install.ps1
.PARAMETER Version
  The Go to install: 1.22.5, 1.22, latest (the default).
.PARAMETER GoverHome
  Where gover keeps everything, also as -Home; default $env:GOVER_HOME or %USERPROFILE%\.gover.
.PARAMETER NoSetup
  Leave the user's PATH alone.
.EXAMPLE
  powershell -ExecutionPolicy Bypass -File install.ps1 1.22.5
.EXAMPLE
  .\install.ps1 -Version latest -Home D:\gover -NoSetup
#>
[CmdletBinding()]
param(
  [Parameter(Position = 0)] [ValidateNotNullOrEmpty()] [string] $Version = 'latest',
  # An alias, because $Home is PowerShell's own and cannot be assigned.
  [Alias('Home')] [string] $GoverHome,
  [switch] $NoSetup
)
# A company's rules may allow only the simplest scripts (about_Language_Modes). Nothing below would work there, not even
# the way in which it reports errors.
if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') {
  Write-Host "error: this script cannot run in PowerShell's $($ExecutionContext.SessionState.LanguageMode) mode"
  Write-Host 'hint: install without this script: in the directory of gover.exe, run .\gover.exe setup'
  exit 1
}
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false

function Stop-Install([string] $Message, [string[]] $Hints) {
  [Console]::Error.WriteLine("error: $Message")
  foreach ($Hint in $Hints) { [Console]::Error.WriteLine("hint: $Hint") }
  exit 1
}

# Whatever else fails stops the script too, with the exit code 1 that `powershell -File` passes on.
trap { Stop-Install $_.Exception.Message @() }

# Runs a program and stops if it fails. It says so by its exit code; what it writes to stderr is not an error of
# PowerShell.
function Invoke-Program([string] $Program, [string[]] $Arguments, [string] $Message, [string[]] $Hints) {
  try {
    $ErrorActionPreference = 'Continue'
    & $Program @Arguments | Out-Host
    $Failed = $LASTEXITCODE -ne 0
  } catch {
    # Windows did not start it: an antivirus program or a rule of the company forbids it.
    Stop-Install "${Message}: $($_.Exception.Message)" $Hints
  }
  if ($Failed) { Stop-Install $Message $Hints }
}

function Resolve-Directory([string] $Path) {
  try { $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path) } catch {
    Stop-Install "cannot use ${Path}: $($_.Exception.Message)" @('choose a directory on an existing drive with -Home')
  }
}

# Puts a program into bin. One that runs cannot be overwritten, but it can be renamed.
function Install-Program([string] $Source, [string] $Target) {
  $New = "$Target.new.$PID"
  # gover removes files of this name once they no longer run.
  $Old = Join-Path ([IO.Path]::GetDirectoryName($Target)) ".gover-$PID-$([IO.Path]::GetFileName($Target)).old"
  try {
    Copy-Item -LiteralPath $Source -Destination $New -Force
    if (Test-Path -LiteralPath $Target) { Move-Item -LiteralPath $Target -Destination $Old -Force }
    Move-Item -LiteralPath $New -Destination $Target
  } catch {
    $Reason = $_.Exception.Message
    if (-not (Test-Path -LiteralPath $Target) -and (Test-Path -LiteralPath $Old)) {
      Move-Item -LiteralPath $Old -Destination $Target
    }
    Remove-Item -LiteralPath $New -Force -ErrorAction SilentlyContinue
    Stop-Install "cannot install ${Target}: $Reason" @()
  }
  Remove-Item -LiteralPath $Old -Force -ErrorAction SilentlyContinue
}

# Builds both programs and returns their directory.
function Build-Programs {
  if (-not (Test-Path -LiteralPath (Join-Path $PSScriptRoot 'Cargo.toml'))) {
    Stop-Install "$PSScriptRoot contains neither the built programs nor the sources of gover" @()
  }
  $Cargo = Get-Command cargo -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
  $Cargo = if ($Cargo) { $Cargo.Path } else { Join-Path $env:USERPROFILE '.cargo\bin\cargo.exe' }
  if (-not (Test-Path -LiteralPath $Cargo)) {
    Stop-Install 'gover must be built, and cargo is not installed' @(
      'install Rust from https://rustup.rs and run this again',
      'or put the built programs gover.exe and gover-shim.exe into the directory of install.ps1')
  }
  $Target = if ($env:CARGO_TARGET_DIR) { $env:CARGO_TARGET_DIR } else { Join-Path $PSScriptRoot 'target' }
  $Target = Resolve-Directory $Target
  $Common = '--release', '--locked', '--target-dir', $Target
  # The programs need no runtime library of Visual C++ then.
  $Static = '-C', 'target-feature=+crt-static'
  $Hints = @('gover needs a recent Rust: rustup update stable',
    'and on Windows the C++ tools of Visual Studio: https://rust-lang.github.io/rustup/installation/windows-msvc.html')
  [Console]::Error.WriteLine('building gover with cargo; the first build takes some minutes')
  $Before = $env:CARGO_BUILD_TARGET
  Push-Location -LiteralPath $PSScriptRoot
  try {
    # A target set there would move the programs. They must be for this machine.
    $env:CARGO_BUILD_TARGET = $null
    foreach ($Name in 'gover', 'gover-shim') {
      $Arguments = @('rustc') + $Common + @('--package', $Name, '--bin', $Name, '--') + $Static
      Invoke-Program $Cargo $Arguments "cargo cannot build $Name" $Hints
    }
  } finally {
    $env:CARGO_BUILD_TARGET = $Before
    Pop-Location
  }
  Join-Path $Target 'release'
}

# The directory of both programs.
function Find-Programs {
  $There = @('gover.exe', 'gover-shim.exe' | Where-Object { Test-Path -LiteralPath (Join-Path $PSScriptRoot $_) })
  if ($There.Count -eq 2) { return $PSScriptRoot }
  if ($There.Count -eq 1) {
    Stop-Install "only $There is in $PSScriptRoot, without the other program" @('unpack the release again')
  }
  Build-Programs
}

$Inherited = $env:GOVER_HOME
if (-not $GoverHome) { $GoverHome = $Inherited }
if (-not $GoverHome) { $GoverHome = Join-Path $env:USERPROFILE '.gover' }
$GoverHome = Resolve-Directory $GoverHome
$Bin = Join-Path $GoverHome 'bin'

$Programs = Find-Programs
try { [IO.Directory]::CreateDirectory($Bin) | Out-Null } catch {
  Stop-Install "cannot create ${Bin}: $($_.Exception.Message)" @('name another directory with -Home')
}
Install-Program (Join-Path $Programs 'gover-shim.exe') (Join-Path $Bin 'gover-shim.exe')
Install-Program (Join-Path $Programs 'gover.exe') (Join-Path $Bin 'gover.exe')
$Gover = Join-Path $Bin 'gover.exe'

$InheritedPath = $env:PATH
try {
  $env:GOVER_HOME = $GoverHome
  # As in a new window, so that everything prints what it will print there.
  $env:PATH = "$Bin;$InheritedPath"
  $Word = if ($Version -match '^[\w.]+$') { $Version } else { "`"$Version`"" }
  $Next = "run & '$Gover' setup, open a new window, then run: gover install $Word"
  if ($NoSetup) { $Next = "run & '$Gover' install $Word" }
  Invoke-Program $Gover @('install', '--', $Version) "cannot install Go $Version" @($Next)
  Invoke-Program (Join-Path $Bin 'go.exe') @('version') 'the installed go failed to run' @()
  # It prints the next step in the window that runs this.
  $env:PATH = $InheritedPath
  if (-not $NoSetup) {
    Invoke-Program $Gover @('setup') 'gover setup failed' @("put $Bin first on PATH yourself, and use -NoSetup")
  }
} finally {
  # gover finds its home from its own path. The variable may name another home.
  $env:GOVER_HOME = $Inherited
  $env:PATH = $InheritedPath
}
if ($Inherited -and (Resolve-Directory $Inherited) -ne $GoverHome) {
  [Console]::Error.WriteLine("hint: GOVER_HOME is $Inherited and goes before $GoverHome; remove it from your environment")
}
exit 0
