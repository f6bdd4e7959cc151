using PublicApiGenerator;
using Tat.MLNet;
using Tat.Torch.Tasks;

namespace Tat.Tests.Api;

/// <summary>What users can call is written down, so that a review sees each change of it.</summary>
[TestClass]
public sealed class PublicApiTests
{
    private const string ApproveVariable = "TAT_APPROVE_API";

    [TestMethod]
    [DataRow(typeof(RestorationTask))]
    [DataRow(typeof(ImageRestorationCatalog))]
    public void The_public_api_is_the_approved_one(Type anyOfAssembly)
    {
        string name = anyOfAssembly.Assembly.GetName().Name!;
        string approvedPath = Path.Combine(SourceTree.Root, "Tat.Tests", "Api", $"{name}.txt");
        string actual = anyOfAssembly.Assembly.GeneratePublicApi(
            new ApiGeneratorOptions { IncludeAssemblyAttributes = false, DenyNamespacePrefixes = [] }).ReplaceLineEndings("\n");
        if (Environment.GetEnvironmentVariable(ApproveVariable) == "1")
        {
            File.WriteAllText(approvedPath, actual);
        }
        string approved = File.Exists(approvedPath) ? File.ReadAllText(approvedPath).ReplaceLineEndings("\n") : "";

        string[] added = [.. actual.Split('\n').Except(approved.Split('\n'))];
        string[] removed = [.. approved.Split('\n').Except(actual.Split('\n'))];
        Assert.AreEqual(approved, actual, $"The public API of {name} has changed: added [{string.Join(" | ", added)}], removed "
            + $"[{string.Join(" | ", removed)}]. Where that is meant, run this test with {ApproveVariable}=1 and commit {name}.txt.");
    }
}
