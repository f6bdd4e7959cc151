using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using Tat.Tests.Build;
using Tat.Tests.Formats;

namespace Tat.Tests.Packages;

/// <summary>The libraries that this test program was built with, as packages in a folder.</summary>
internal sealed class PackedLibraries : IDisposable
{
    private static readonly Lazy<Task<PackedLibraries>> _shared = new(Create);

    private readonly TemporaryFolder _folder = new();

    /// <summary>Packed once for all tests: two that pack at the same time write the same files.</summary>
    public static Task<PackedLibraries> Shared => _shared.Value;

    /// <summary>Deletes the shared packages where some were made.</summary>
    public static async Task DeleteShared()
    {
        if (_shared.IsValueCreated)
        {
            (await Shared).Dispose();
        }
    }

    private static async Task<PackedLibraries> Create()
    {
        var packed = new PackedLibraries();
        foreach (var library in new[] { "Tat.Torch", "Tat.MLNet" })
        {
            await Dotnet.Succeed(SourceTree.Root,
                ["pack", library, "-c", Dotnet.Configuration, "--no-build", "-o", packed.Folder, "--nologo"]);
        }

        return packed;
    }

    public string Folder => _folder.Path;

    public string Version =>
        Path.GetFileName(Directory.GetFiles(Folder, "Tat.Torch.*.nupkg").Single())["Tat.Torch.".Length..^".nupkg".Length];

    public void Dispose() => _folder.Dispose();

    public string[] Entries(string id, string ending = "nupkg")
    {
        using var package = Open(id, ending);
        return [.. package.Entries.Select(entry => entry.FullName)];
    }

    /// <summary>The metadata of a package.</summary>
    public XElement Metadata(string id)
    {
        using var package = Open(id, "nupkg");
        using var specification = package.GetEntry($"{id}.nuspec")!.Open();
        return XDocument.Load(specification).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
    }

    /// <summary>The identity that the compiler gave to the packed assembly, and that of its program database.</summary>
    public (Guid Module, Guid Symbols) Identity(string id)
    {
        using var reader = new PEReader(new MemoryStream(Read(id, "nupkg", $"lib/net10.0/{id}.dll")));
        var metadata = reader.GetMetadataReader();
        var symbols = reader.ReadDebugDirectory().Single(entry => entry.Type == DebugDirectoryEntryType.CodeView);
        return (metadata.GetGuid(metadata.GetModuleDefinition().Mvid), reader.ReadCodeViewDebugDirectoryData(symbols).Guid);
    }

    /// <summary>The identity of the program database in the symbol package.</summary>
    public Guid SymbolIdentity(string id)
    {
        using var provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(Read(id, "snupkg", $"lib/net10.0/{id}.pdb")));
        return new BlobContentId(provider.GetMetadataReader().DebugMetadataHeader!.Id).Guid;
    }

    private byte[] Read(string id, string ending, string name)
    {
        using var package = Open(id, ending);
        using var content = package.GetEntry(name)!.Open();
        using var copy = new MemoryStream();
        content.CopyTo(copy);
        return copy.ToArray();
    }

    private ZipArchive Open(string id, string ending) => ZipFile.OpenRead(Path.Combine(Folder, $"{id}.{Version}.{ending}"));
}
