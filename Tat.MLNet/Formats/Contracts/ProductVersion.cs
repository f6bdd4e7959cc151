using System.Reflection;

namespace Tat.MLNet.Formats.Contracts;

/// <summary>The version of the library, as results name it.</summary>
internal static class ProductVersion
{
    public static string Text { get; } =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
