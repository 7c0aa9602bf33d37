<#
.SYNOPSIS
    The project's entry point on Windows, where TorchSharp's packages provide the tensors (backend `nuget`).
.EXAMPLE
    ./build.ps1 demo
#>
param(
    [ValidateSet('build', 'test', 'demo', 'pack')]
    [string] $Verb = 'build',
    [Parameter(ValueFromRemainingArguments = $true)]
    [string[]] $Arguments = @()
)

$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:DOTNET_NOLOGO = '1'

$options = @('-c', 'Release', '-p:DitBackend=nuget')
switch ($Verb) {
    'build' { dotnet build Dit.sln @options }
    'test' { dotnet test Dit.sln @options @Arguments }
    'demo' { dotnet run --project samples/Mnist @options -- @Arguments }
    'pack' { dotnet pack Dit.sln @options --artifacts-path artifacts/pack -p:DeterministicSourcePaths=true }
}
exit $LASTEXITCODE
