using JasperFx.CodeGeneration;
using Microsoft.Extensions.DependencyInjection;

namespace Tat.Tests.Service;

/// <summary>The handlers that are written beforehand.</summary>
[TestClass]
public sealed class GeneratedHandlerTests
{
    /// <summary>Where this fails, write them anew as docs/service.md says.</summary>
    [TestMethod]
    public async Task They_are_what_Wolverine_writes_for_the_code_of_today()
    {
        await using var service = await RunningService.StartAsync();
        var services = service.Get<IServiceProvider>();
        var written = new DynamicCodeBuilder(services, [.. services.GetServices<ICodeFileCollection>()])
        {
            ServiceVariableSource = services.GetService<JasperFx.CodeGeneration.Model.IServiceVariableSource>(),
        }.GenerateAllCode();
        var files = Directory.GetFiles(Path.Combine(SourceTree.Root, "Tat.Samples/Service/Generated"), "*.cs", SearchOption.AllDirectories);
        Assert.HasCount(3, files);
        foreach (var file in files)
        {
            Assert.Contains(TypesOf(await File.ReadAllTextAsync(file)), written.ReplaceLineEndings("\n"), file);
        }
    }

    /// <summary>All that is within the namespace.</summary>
    private static string TypesOf(string code)
    {
        code = code.ReplaceLineEndings("\n");
        return code[code.IndexOf('{')..code.LastIndexOf('}')].Trim();
    }
}
