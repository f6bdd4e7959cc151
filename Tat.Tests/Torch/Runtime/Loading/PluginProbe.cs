using System.Reflection;
using System.Runtime.Loader;

namespace Tat.Tests.Runtime;

/// <summary>What a fresh process does to use the library as a plug-in: in a load context of its own.</summary>
internal static class PluginProbe
{
    public static string AddWhereFailuresAreLeftToOthers() => Run(new PluginContext(nativeFailuresThrow: false), nameof(LoadingProbes.Add));

    public static string EnsureLoadedWhereFailuresThrow() =>
        Run(new PluginContext(nativeFailuresThrow: true), nameof(LoadingProbes.EnsureLoaded));

    private static string Run(AssemblyLoadContext context, string method)
    {
        var assembly = context.LoadFromAssemblyPath(typeof(PluginProbe).Assembly.Location);
        return (string)assembly.GetType(typeof(LoadingProbes).FullName!)!.GetMethod(method)!.Invoke(
            null, BindingFlags.DoNotWrapExceptions, null, null, null)!;
    }

    private sealed class PluginContext(bool nativeFailuresThrow) : AssemblyLoadContext("plug-in")
    {
        private readonly AssemblyDependencyResolver _resolver = new(typeof(PluginProbe).Assembly.Location);

        protected override Assembly? Load(AssemblyName assemblyName) =>
            _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;

        protected override nint LoadUnmanagedDll(string unmanagedDllName)
        {
            if (_resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is not { } path)
            {
                return 0;
            }
            try
            {
                return LoadUnmanagedDllFromPath(path);
            }
            catch (DllNotFoundException) when (!nativeFailuresThrow)
            {
                return 0;
            }
        }
    }
}
