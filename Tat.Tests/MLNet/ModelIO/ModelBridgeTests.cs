using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Tat.MLNet;
using Tat.MLNet.Scoring;

namespace Tat.Tests.ModelIO;

/// <summary>
/// The members that ML.NET keeps to itself and this library binds to: another version of ML.NET must still have each of them.
/// </summary>
[TestClass]
public class ModelBridgeTests
{
    private static readonly Assembly _library = typeof(ImageRestorationCatalog).Assembly;

    [TestMethod]
    [DataRow("LoadableClassAttributeBase..ctor")]
    [DataRow("ModelLoadContext.CheckAtModel")]
    [DataRow("ModelLoadContext.LoadNonEmptyString")]
    [DataRow("ModelLoadContext.TryLoadBinaryStream")]
    [DataRow("ModelSaveContext.CheckAtModel")]
    [DataRow("ModelSaveContext.SetVersionInfo")]
    [DataRow("ModelSaveContext.SaveStringOrNull")]
    [DataRow("ModelSaveContext.SaveBinaryStream")]
    [DataRow("VersionInfo..ctor")]
    [DataRow("Column..ctor")]
    [DataRow("IHostEnvironmentInternal.get_TempFilePath")]
    [DataRow("IHostEnvironmentInternal.get_FallbackToCpu")]
    [DataRow("IHostEnvironmentInternal.get_GpuDeviceId")]
    [DataRow("IHostEnvironmentInternal.get_Seed")]
    [DataRow("ICancelable.get_IsCanceled")]
    public void Microsoft_ML_Core_has_the_bridged_member(string member)
    {
        var token = BridgedMembers()[member];
        var resolved = _library.ManifestModule.ResolveMember(token)!;

        Assert.AreSame(typeof(IHostEnvironment).Assembly, resolved.Module.Assembly);
        Assert.AreEqual(member, $"{resolved.DeclaringType!.Name}.{resolved.Name}");
    }

    [TestMethod]
    public void Every_bridged_member_has_a_test()
    {
        var tested = GetType().GetMethod(nameof(Microsoft_ML_Core_has_the_bridged_member))!.GetCustomAttributes<DataRowAttribute>()
            .Select(row => (string)row.Data![0]!);
        CollectionAssert.AreEquivalent(BridgedMembers().Keys.ToArray(), tested.ToArray());
    }

    [TestMethod]
    public void Every_saved_component_is_registered_under_its_name()
    {
        var attributes = _library.GetCustomAttributes().Where(attribute => attribute.GetType().Name == "SavedComponentAttribute").ToList();
        var names = attributes.SelectMany(attribute => (string[])attribute.GetType().GetProperty("LoadNames")!.GetValue(attribute)!)
            .ToList();
        var components = _library.GetTypes()
            .Where(type => type.GetField("LoaderName", BindingFlags.Static | BindingFlags.NonPublic)?.IsLiteral == true).ToList();

        CollectionAssert.AreEquivalent(
            components.Select(type => (string)type.GetField(
                "LoaderName", BindingFlags.Static | BindingFlags.NonPublic)!.GetRawConstantValue()!).ToArray(), names);
        var savable = _library.GetTypes()
            .Where(type => type is { IsAbstract: false, IsInterface: false } && type != typeof(CustomTransformer)
                && type.IsAssignableTo(typeof(ICanSaveModel)));
        CollectionAssert.AreEquivalent(savable.ToArray(), components);
        Assert.IsTrue(names.TrueForAll(name => name.Length <= 24 && name.All(char.IsAscii)));
    }

    private static Dictionary<string, int> BridgedMembers()
    {
        using var file = new PEReader(File.OpenRead(_library.Location));
        var metadata = file.GetMetadataReader();
        return metadata.MemberReferences
            .Where(handle => metadata.GetMemberReference(handle).Parent.Kind == HandleKind.TypeReference)
            .Select(handle => (Member: metadata.GetMemberReference(handle), Token: MetadataTokens.GetToken(handle)))
            .Select(member => (member.Member, member.Token, Type: metadata.GetTypeReference((TypeReferenceHandle)member.Member.Parent)))
            .Where(member => IsBridged(metadata, member.Type))
            .ToDictionary(member => $"{metadata.GetString(member.Type.Name)}.{metadata.GetString(member.Member.Name)}",
                member => member.Token);
    }

    // The bridge is compiled against an older version than any real one.
    private static bool IsBridged(MetadataReader metadata, TypeReference type) => type.ResolutionScope.Kind switch
    {
        HandleKind.TypeReference => IsBridged(metadata, metadata.GetTypeReference((TypeReferenceHandle)type.ResolutionScope)),
        HandleKind.AssemblyReference => metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope) is var assembly
            && metadata.GetString(assembly.Name) == "Microsoft.ML.Core" && assembly.Version < new Version(1, 0),
        _ => false,
    };
}
