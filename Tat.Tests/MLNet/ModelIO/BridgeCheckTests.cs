using Microsoft.ML;
using Mono.Cecil;
using Tat.Tests.Formats;
using Tat.Tests.Runtime;

namespace Tat.Tests.ModelIO;

/// <summary>A version of ML.NET without a member that the bridge binds to is named, however the library is entered.</summary>
[TestClass]
public sealed class BridgeCheckTests
{
    [TestMethod]
    public async Task A_missing_member_of_ML_NET_is_named_with_the_version_to_reference()
    {
        using var folder = new TemporaryFolder();
        var program = FreshProcess.CopyProgram(folder["program"]);
        var core = Path.Combine(program, "Microsoft.ML.Core.dll");
        using (var assembly = AssemblyDefinition.ReadAssembly(typeof(Microsoft.ML.Runtime.IHostEnvironment).Assembly.Location))
        {
            assembly.MainModule.GetType("Microsoft.ML.ModelSaveContext").Methods
                .Single(method => method.Name == "SaveBinaryStream").Name = "Gone";

            // The copy is a link.
            File.Delete(core);
            assembly.Write(core);
        }

        var outcome = await FreshProcess.Run([Path.Combine(program, "Tat.Tests")], "catalog");
        Assert.AreEqual(0, outcome.ExitCode, outcome.Error);
        Assert.Contains("SaveBinaryStream", outcome.Output);
        Assert.Contains("Reference Microsoft.ML 5.0.1", outcome.Output);
    }

    [TestMethod]
    public async Task Nothing_is_missing_in_the_version_that_the_tests_reference() =>
        Assert.AreEqual("fine", (await FreshProcess.Run("catalog")).Output);

    internal static string TouchCatalog()
    {
        try
        {
            _ = new MLContext().ImageRestoration;
            return "fine";
        }
        catch (NotSupportedException exception)
        {
            return exception.Message;
        }
    }
}
