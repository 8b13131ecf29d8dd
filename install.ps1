#Requires -Version 5.1
<#
.SYNOPSIS
  Installs gover, puts it on PATH, and installs Go.
.DESCRIPTION
  Uses gover.exe and gover-shim.exe in the directory of this script. Where they are missing, it builds them with
  cargo from its checkout. Without either, as in `irm ... | iex`, it downloads a release and checks its signature;
  GOVER_DOWNLOAD_BASE names another server to download from. It needs no administrator.

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
# Where releases are, and the keys that sign them, as `ssh-ed25519` writes them, separated by spaces.
# `cargo xtask dist` fills them in. They are empty in a checkout, which is built.
$DownloadBase = ''
$ReleaseKeys = ''

# A company's rules may allow only the simplest scripts (about_Language_Modes). Nothing below would work there, not even
# the way in which it reports errors.
if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') {
  Write-Host "error: this script cannot run in PowerShell's $($ExecutionContext.SessionState.LanguageMode) mode"
  Write-Host 'hint: install without this script: in the directory of gover.exe, run .\gover.exe setup'
  exit 1
}

# Whether it failed, and the directory in which a release is unpacked.
$Install = @{ Failed = $false; Temporary = $null }

# In a scope of its own: through `iex`, this is the user's own session, which keeps its settings.
& {
  Set-StrictMode -Version 2
  $ErrorActionPreference = 'Stop'
  $PSNativeCommandUseErrorActionPreference = $false

  function Remove-Temporary {
    if ($Install.Temporary) {
      Remove-Item -LiteralPath $Install.Temporary -Recurse -Force -ErrorAction SilentlyContinue
    }
  }

  # Says why, and ends the installation.
  function Stop-Install([string] $Message, [string[]] $Hints) {
    [Console]::Error.WriteLine("error: $Message")
    foreach ($Hint in $Hints) { [Console]::Error.WriteLine("hint: $Hint") }
    $Install.Failed = $true
    throw 'gover was not installed'
  }

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
    $Cargo = Get-Command cargo -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
    $Cargo = if ($Cargo) { $Cargo.Path } else { Join-Path $env:USERPROFILE '.cargo\bin\cargo.exe' }
    if (-not (Test-Path -LiteralPath $Cargo)) {
      Stop-Install 'building gover needs cargo, which is not installed' @(
        'winget install Rustlang.Rustup, then run this again in a new window',
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

  function Save-File([string] $Url, [string] $Path) {
    $ProgressPreference = 'SilentlyContinue'
    # Older versions of Windows do not offer it by themselves.
    [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor 'Tls12'
    Invoke-WebRequest -UseBasicParsing -Uri $Url -OutFile $Path | Out-Null
  }

  # The program that checks signatures: PowerShell has no Ed25519 of its own.
  function Find-SshKeygen {
    $Found = Get-Command ssh-keygen -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
    if ($Found) { return $Found.Path }
    foreach ($Path in "$env:SystemRoot\System32\OpenSSH\ssh-keygen.exe", "$env:ProgramFiles\Git\usr\bin\ssh-keygen.exe") {
      if (Test-Path -LiteralPath $Path) { return $Path }
    }
    Stop-Install 'checking the signature needs ssh-keygen, which is not installed' @(
      'winget install Git.Git, then run this again in a new window',
      'or, as administrator: Add-WindowsCapability -Online -Name OpenSSH.Client~~~~0.0.1.0')
  }

  # Stops unless one of the keys signed the list.
  function Test-Signature([string] $List, [string] $Signature, [string] $From) {
    $Signers = Join-Path $Temporary 'signers'
    $Lines = $ReleaseKeys.Split(' ') | ForEach-Object { "gover-release ssh-ed25519 $_`n" }
    [IO.File]::WriteAllText($Signers, ($Lines -join ''))
    $Arguments = '-Y', 'verify', '-f', "`"$Signers`"", '-I', 'gover-release', '-n', 'gover-release', '-s', "`"$Signature`""
    # The list goes to stdin byte for byte, which a pipe of PowerShell would change.
    $Verify = Start-Process -FilePath (Find-SshKeygen) -ArgumentList $Arguments -NoNewWindow -Wait -PassThru `
      -RedirectStandardInput $List -RedirectStandardOutput "$Temporary\out" -RedirectStandardError "$Temporary\err"
    if ($Verify.ExitCode -ne 0) {
      Stop-Install "$From is not signed by a key of gover" @(
        'nothing was installed; do not use this server, and report this to its operator',
        'ssh-keygen of OpenSSH 8.1 or newer is needed: winget install Git.Git')
    }
  }

  # Downloads a release, and returns the directory of its programs if its signature and checksum are right.
  function Get-Release {
    $Base = if ($env:GOVER_DOWNLOAD_BASE) { $env:GOVER_DOWNLOAD_BASE } else { $DownloadBase }
    if (-not $Base -or -not $ReleaseKeys) {
      Stop-Install 'this script is not part of a release, so it has no address to download from' @(
        'run install.ps1 in a checkout of gover, or in the directory of an unpacked release')
    }
    $Base = $Base.TrimEnd('/')
    # No other program knows the name beforehand. If something has it all the same, this fails.
    $Temporary = Join-Path ([IO.Path]::GetTempPath()) "gover-install-$([IO.Path]::GetRandomFileName())"
    New-Item -ItemType Directory -Path $Temporary | Out-Null
    $Install.Temporary = $Temporary
    $Note = Join-Path $Temporary 'note'
    # The server has GitHub's layout for releases, or only the files of one release.
    $From = "$Base/latest/download"
    try { Save-File "$From/SHA256SUMS.note" $Note } catch {
      $From = $Base
      try { Save-File "$From/SHA256SUMS.note" $Note } catch {
        Stop-Install "cannot download $Base/latest/download/SHA256SUMS.note: $($_.Exception.Message)" @(
          'check the network')
      }
    }
    # What is signed: the list up to the empty line before its signatures.
    $Text = [IO.File]::ReadAllText($Note)
    $End = $Text.IndexOf("`n`n")
    if ($End -lt 0) { Stop-Install "$From/SHA256SUMS.note is not signed" @('nothing was installed; do not use this server') }
    $Text = $Text.Substring(0, $End + 1)
    $List = Join-Path $Temporary 'list'
    [IO.File]::WriteAllText($List, $Text, (New-Object Text.UTF8Encoding $false))
    $Signature = Join-Path $Temporary 'signature'
    try { Save-File "$From/SHA256SUMS.sig" $Signature } catch {
      Stop-Install "cannot download $From/SHA256SUMS.sig: $($_.Exception.Message)" @('check the network')
    }
    Test-Signature $List $Signature "$From/SHA256SUMS.note"
    if ($Text -notmatch '^gover ([0-9A-Za-z.-]+)\n') {
      Stop-Install "$From/SHA256SUMS.note names no release" @('report this to the operator of the server')
    }
    $Release = $Matches[1]
    $Machine = if ($env:PROCESSOR_ARCHITEW6432) { $env:PROCESSOR_ARCHITEW6432 } else { $env:PROCESSOR_ARCHITECTURE }
    # Windows on arm64 runs programs for amd64, too.
    $Platforms = if ($Machine -eq 'ARM64') { 'windows-arm64', 'windows-amd64' } else { @('windows-amd64') }
    $Sum = $null
    foreach ($Platform in $Platforms) {
      $Name = "gover-$Release-$Platform"
      if (-not $Sum -and $Text -match "(?m)^([0-9a-f]{64})  $([regex]::Escape($Name))\.zip$") {
        $Sum = $Matches[1]
        $Chosen = $Name
      }
    }
    if (-not $Sum) {
      Stop-Install "gover $Release has no archive for this machine" @('build it in a checkout with install.ps1')
    }
    # The newest release may be another one by now.
    if ($From -ne $Base) { $From = "$Base/download/v$Release" }
    $Archive = Join-Path $Temporary "$Chosen.zip"
    [Console]::Error.WriteLine("downloading $Chosen")
    try { Save-File "$From/$Chosen.zip" $Archive } catch {
      Stop-Install "cannot download $From/$Chosen.zip: $($_.Exception.Message)" @('check the network, and run this again')
    }
    if ((Get-FileHash -LiteralPath $Archive -Algorithm SHA256).Hash -ne $Sum) {
      Stop-Install "$From/$Chosen.zip is not what was released" @('nothing was installed; do not use this file')
    }
    Expand-Archive -LiteralPath $Archive -DestinationPath $Temporary -Force
    Join-Path $Temporary $Chosen
  }

  # The directory of both programs.
  function Find-Programs {
    # Through `iex`, this script is in no directory.
    if (-not $PSScriptRoot) { return Get-Release }
    $There = @('gover.exe', 'gover-shim.exe' | Where-Object { Test-Path -LiteralPath (Join-Path $PSScriptRoot $_) })
    if ($There.Count -eq 2) { return $PSScriptRoot }
    if ($There.Count -eq 1) {
      Stop-Install "only $There is in $PSScriptRoot, without the other program" @('unpack the release again')
    }
    if (Test-Path -LiteralPath (Join-Path $PSScriptRoot 'Cargo.toml')) { return Build-Programs }
    Get-Release
  }

  try {
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
    Remove-Temporary
    # A package may have been here before; this gover updates itself.
    Remove-Item -LiteralPath (Join-Path $GoverHome 'share\gover\channel') -Force -ErrorAction SilentlyContinue
    $Gover = Join-Path $Bin 'gover.exe'

    $InheritedPath = $env:PATH
    try {
      $env:GOVER_HOME = $GoverHome
      # As in a new window, so that everything prints what it will print there.
      $env:PATH = "$Bin;$InheritedPath"
      $Word = if ($Version -match '^[\w.]+$') { $Version } else { "`"$Version`"" }
      $Quoted = $Gover.Replace("'", "''")
      $Next = "run & '$Quoted' setup, open a new window, then run: gover install $Word"
      if ($NoSetup) { $Next = "run & '$Quoted' install $Word" }
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
  } catch {
    # What Stop-Install throws was said before. Whatever else fails ends the installation, too.
    if (-not $Install.Failed) { [Console]::Error.WriteLine("error: $($_.Exception.Message)") }
    $Install.Failed = $true
  } finally {
    Remove-Temporary
  }
}
# This is the exit code that `powershell -File` passes on.
if ($PSScriptRoot) { if ($Install.Failed) { exit 1 } else { exit 0 } }
# Through `iex`, `exit` would close the window.
if ($Install.Failed) {
  $global:LASTEXITCODE = 1
  throw 'gover was not installed'
}
