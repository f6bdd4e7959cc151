using System.Diagnostics;
using System.Xml.Linq;
using Tat.Tests.Build;
using Tat.Tests.Formats;

namespace Tat.Tests.Packages;

/// <summary>An application outside of the repository that references the packed libraries, built as a user builds it.</summary>
internal sealed class FreshApplication(TemporaryFolder folder)
{
    /// <summary>Where the program and its libraries are.</summary>
    public string Output => folder["out"];

    /// <summary>Packages that come with others, and of which the application takes nothing.</summary>
    public string[] Excluded { get; init; } = [];

    /// <summary>
    /// Restores and builds with a package folder of its own; packages of others come from the folder that this test run restored them to,
    /// so that no server is asked.
    /// </summary>
    /// <param name="libraries">The packed libraries.</param>
    /// <param name="program">Program.cs.</param>
    /// <param name="packages">What the application references beside Tat.MLNet, in the versions of this repository.</param>
    public async Task Build(PackedLibraries libraries, string program, params string[] packages)
    {
        Write(libraries, program, "", packages);
        await Dotnet.Succeed(folder.Path, ["build", "App.csproj", "-c", "Release", "-o", Output, "--nologo", "-v:q"], Packages);
    }

    /// <summary>Publishes a program that needs no .NET on the machine; a warning of what it uses is an error.</summary>
    /// <param name="libraries">The packed libraries.</param>
    /// <param name="program">Program.cs.</param>
    /// <param name="how">The property that says how: PublishTrimmed, PublishAot or, for whole libraries, SelfContained.</param>
    /// <param name="packages">What the application references beside Tat.MLNet, in the versions of this repository.</param>
    public async Task Publish(PackedLibraries libraries, string program, string how, params string[] packages)
    {
        Write(libraries, program, $"""
            <{how}>true</{how}>
                <SelfContained>true</SelfContained>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <TrimmerSingleWarn>false</TrimmerSingleWarn>
            """, packages);
        var (exitCode, output) = await Dotnet.Run(
            folder.Path, ["publish", "App.csproj", "-c", "Release", "-o", Output, "--nologo", "-v:q"], Packages);
        foreach (var missing in new[] { "NU1101", "NU1102", "Platform linker" }.Where(output.Contains))
        {
            Needs.Missing(Needs.Packages, $"{how} needs the packages of the SDK for it, and a linker: {missing}.");
        }

        Assert.AreEqual(0, exitCode, output);
    }

    private (string Name, string Value) Packages => ("NUGET_PACKAGES", folder["packages"]);

    private void Write(PackedLibraries libraries, string program, string properties, string[] packages)
    {
        var installed = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        foreach (var package in packages.Where(package => !Directory.Exists(Path.Combine(installed, package.ToLowerInvariant()))))
        {
            Needs.Missing(Needs.Packages, $"{package} is not in {installed}.");
        }

        var references = packages.Select(package => (Name: package, Version: VersionOf(package)))
            .Prepend((Name: "Tat.MLNet", Version: libraries.Version))
            .Select(package => $"<PackageReference Include=\"{package.Name}\" Version=\"{package.Version}\" />")
            .Concat(Excluded.Select(package =>
                $"<PackageReference Include=\"{package}\" Version=\"{VersionOf("Microsoft.ML")}\" ExcludeAssets=\"all\" />"));
        File.WriteAllText(folder["Directory.Build.props"], "<Project />");
        File.WriteAllText(folder["Directory.Packages.props"], "<Project />");
        File.WriteAllText(folder["nuget.config"], $"""
            <configuration>
              <packageSources><clear /><add key="packed" value="{libraries.Folder}" /></packageSources>
              <fallbackPackageFolders><clear /><add key="installed" value="{installed}" /></fallbackPackageFolders>
            </configuration>
            """);
        File.WriteAllText(folder["Program.cs"], program);
        File.WriteAllText(folder["App.csproj"], $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <RuntimeIdentifier>$(NETCoreSdkPortableRuntimeIdentifier)</RuntimeIdentifier>
                <SelfContained>false</SelfContained>
                {properties}
                <CreateHardLinksForCopyFilesToOutputDirectoryIfPossible>true</CreateHardLinksForCopyFilesToOutputDirectoryIfPossible>
              </PropertyGroup>
              <ItemGroup>
                {string.Join("\n    ", references)}
              </ItemGroup>
            </Project>
            """);
    }

    /// <summary>Runs the program and gives what it printed, word by word.</summary>
    public async Task<string[]> Run(params string[] arguments) =>
        (await Dotnet.Succeed(folder.Path, [Path.Combine(Output, "App.dll"), .. arguments])).Split(
            (char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Runs the program that was published.</summary>
    public async Task<(int ExitCode, string Output)> RunPublished(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Output, OperatingSystem.IsWindows() ? "App.exe" : "App"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await error);
    }

    private static string VersionOf(string package) =>
        XDocument.Load(Path.Combine(SourceTree.Root, "Directory.Packages.props")).Descendants("PackageVersion")
            .Single(version => version.Attribute("Include")!.Value == package).Attribute("Version")!.Value;
}
