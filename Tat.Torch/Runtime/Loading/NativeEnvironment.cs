using System.Runtime.InteropServices;

namespace Tat.Torch.Runtime.Loading;

/// <summary>The environment that native libraries read, of which .NET has a copy.</summary>
internal static partial class NativeEnvironment
{
    /// <summary>
    /// Sets a variable for the libraries of this process, unless it is set. Processes that this one starts do not get it.
    /// </summary>
    public static void SetDefault(string name, string value)
    {
        if (Environment.GetEnvironmentVariable(name) is not null)
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            Environment.SetEnvironmentVariable(name, value);
            return;
        }

        // .NET copies the environment when it is first enumerated; that copy, without the change, is what child processes get.
        _ = Environment.GetEnvironmentVariables();
        try
        {
            _ = SetVariable(name, value, 0);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // No C library that .NET knows, and so none of the native libraries that this is for.
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
