using System.Xml.Linq;
using Tat.Tests.Build;
using Tat.Tests.Formats;

namespace Tat.Tests.Packages;

/// <summary>An application outside of the repository that references the packed libraries, built as a user builds it.</summary>
internal sealed class FreshApplication(TemporaryFolder folder)
{
    /// <summary>Where the program and its libraries are.</summary>
    public string Output => folder["out"];

    /// <summary>
    /// Restores and builds with a package folder of its own; packages of others come from the folder that this test run restored them to,
    /// so that no server is asked.
    /// </summary>
    /// <param name="libraries">The packed libraries.</param>
    /// <param name="program">Program.cs.</param>
    /// <param name="packages">What the application references beside Tat.MLNet, in the versions of this repository.</param>
    public async Task Build(PackedLibraries libraries, string program, params string[] packages)
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
            .Select(package => $"<PackageReference Include=\"{package.Name}\" Version=\"{package.Version}\" />");
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
                <CreateHardLinksForCopyFilesToOutputDirectoryIfPossible>true</CreateHardLinksForCopyFilesToOutputDirectoryIfPossible>
              </PropertyGroup>
              <ItemGroup>
                {string.Join("\n    ", references)}
              </ItemGroup>
            </Project>
            """);
        await Dotnet.Succeed(folder.Path, ["build", "App.csproj", "-c", "Release", "-o", Output, "--nologo", "-v:q"],
            ("NUGET_PACKAGES", folder["packages"]));
    }

    /// <summary>Runs the program and gives what it printed, word by word.</summary>
    public async Task<string[]> Run(params string[] arguments) =>
        (await Dotnet.Succeed(folder.Path, [Path.Combine(Output, "App.dll"), .. arguments])).Split(
            (char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static string VersionOf(string package) =>
        XDocument.Load(Path.Combine(SourceTree.Root, "Directory.Packages.props")).Descendants("PackageVersion")
            .Single(version => version.Attribute("Include")!.Value == package).Attribute("Version")!.Value;
}
