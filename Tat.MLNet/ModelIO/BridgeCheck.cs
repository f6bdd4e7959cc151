extern alias MicrosoftMLCore;

using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.ML.Runtime;
using Core = MicrosoftMLCore::Microsoft.ML;

namespace Tat.MLNet.ModelIO;

/// <summary>Finds out, once, whether the program's version of ML.NET has the members that <see cref="ModelBridge"/> binds to.</summary>
internal static class BridgeCheck
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Lazy<string?> _problem = new(Find);

    /// <summary>Returns where all is well.</summary>
    /// <exception cref="NotSupportedException">A member is gone; the message names it, the version, and what to reference.</exception>
    public static void Run()
    {
        if (_problem.Value is { } problem)
        {
            throw new NotSupportedException(problem);
        }
    }

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = ModelBridge.NotTrimmed)]
    private static string? Find()
    {
        try
        {
            // Compiling a method looks up each member that it uses.
            foreach (var method in new[]
            {
                typeof(ModelWriter),
                typeof(ModelReader),
                typeof(ModelBridge),
                typeof(HostCancellation),
            }.SelectMany(type => type.GetMethods(Declared)))
            {
                if (method.IsGenericMethodDefinition)
                {
                    RuntimeHelpers.PrepareMethod(method.MethodHandle, [typeof(object).TypeHandle]);
                }
                else
                {
                    RuntimeHelpers.PrepareMethod(method.MethodHandle);
                }
            }

            // What Model.Load asks of an assembly that a model file names.
            _ = typeof(BridgeCheck).Assembly.GetCustomAttributes(typeof(Core.LoadableClassAttributeBase)).ToList();
            return null;
        }
        catch (Exception exception) when (exception is MissingMemberException or TypeLoadException)
        {
            var (own, core) = (typeof(BridgeCheck).Assembly.GetName().Name, typeof(IHostEnvironment).Assembly.GetName());
            return $"{core.Name} {core.Version} lacks a member that {own} saves and loads models with ({exception.Message.TrimEnd('.')}). "
                + $"Reference Microsoft.ML 5.0.1, or a version of {own} for your version of ML.NET.";
        }
    }
}
