using System.Reflection;
using Tat.Torch.Simd;

namespace Tat.Tests.Simd;

[TestClass]
public sealed class BenchmarkTests
{
    // Parts of others: what packs operands, and what the products consist of.
    private static readonly string[] _parts =
    [
        nameof(MatrixPanels), nameof(RegisterBlocks), nameof(WideRegisterBlocks),
        $"{nameof(MatrixProducts)}.{nameof(MatrixProducts.MultiplyStrided)}",
    ];

    [TestMethod]
    public void Each_loop_has_a_benchmark()
    {
        var benchmarks = File.ReadAllText(Path.Combine(SourceTree.Root, "Tat.Samples", "Benchmarks", "SimdBenchmarks.cs"));
        string[] loops =
        [
            .. typeof(MatrixProducts).Assembly.GetTypes()
                .Where(type => type.Namespace == typeof(MatrixProducts).Namespace && type is { IsAbstract: true, IsSealed: true })
                .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static))
                .Where(method => method.ReturnType == typeof(void)
                    && method.GetParameters().Any(parameter => parameter.ParameterType.IsPointer))
                .Select(method => $"{method.DeclaringType!.Name}.{method.Name}").Distinct()
                .Where(loop => !_parts.Contains(loop) && !_parts.Contains(loop.Split('.')[0])),
        ];
        Assert.IsGreaterThan(10, loops.Length);
        Assert.IsEmpty(loops.Where(loop => !benchmarks.Contains($"{loop}(", StringComparison.Ordinal)), "Add them to SimdBenchmarks.");
    }
}
