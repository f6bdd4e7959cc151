using Microsoft.ML.OnnxRuntime;
using Tat.Torch.Files;
using Tat.Torch.Runtime.Loading;

namespace Tat.Torch.Onnx;

/// <summary>Opens ONNX models in ONNX Runtime, and says what to do where that fails.</summary>
internal static class OnnxSessionFactory
{
    /// <summary>
    /// What goes wrong is an exception. The log would go to the error stream of the process, with names from files as they are, also such
    /// as command a terminal.
    /// </summary>
    public const OrtLoggingLevel LogLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How to run it.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static InferenceSession Open(string path, OnnxRestorerOptions options) => File.Exists(path)
        ? Open(session => new InferenceSession(path, session), $"'{path}'", options)
        : throw new FileNotFoundException($"The ONNX model '{path}' does not exist; export a trained model.", path);

    /// <summary>Opens a model that is in memory.</summary>
    /// <param name="model">The bytes of the file.</param>
    /// <param name="source">What to call it in messages.</param>
    /// <param name="options">How to run it.</param>
    public static InferenceSession Open(byte[] model, string source, OnnxRestorerOptions options) =>
        Open(session => new InferenceSession(model, session), source, options);

    private static InferenceSession Open(Func<SessionOptions, InferenceSession> open, string source, OnnxRestorerOptions options)
    {
        try
        {
            if (!OnnxTelemetry.IsAskedFor)
            {
                // What the environment does not reach: the events of Windows.
                OrtEnv.Instance().DisableTelemetryEvents();
            }

            using var session = Configure(options);
            return open(session);
        }
        catch (Exception problem) when (IsMissingLibrary(problem))
        {
            throw new DllNotFoundException(
                "The native library of ONNX Runtime was not found: reference the package Microsoft.ML.OnnxRuntime (or .Gpu, .DirectML) in "
                + "the program.", problem);
        }
        catch (OnnxRuntimeException problem)
        {
            throw new InvalidDataException(
                $"{source} is not an ONNX model that ONNX Runtime can run ({MessageText.OneLine(problem.Message.Trim())}); export the "
                + "model again.", problem);
        }
    }

    private static SessionOptions Configure(OnnxRestorerOptions options)
    {
        options.Validate();

        // The memory pattern is a plan for one image size: with free sizes it only costs memory.
        var session = new SessionOptions
        {
            LogSeverityLevel = LogLevel,
            EnableMemoryPattern = false,
            EnableCpuMemArena = options.MemoryArena,
            IntraOpNumThreads = options.Threads ?? 0,
        };
        try
        {
            // Threads that wait would otherwise keep their cores busy, and take them from other images and other programs.
            session.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            if (options.ProfilePrefix is { } prefix)
            {
                (session.ProfileOutputPathPrefix, session.EnableProfiling) = (prefix, true);
            }

            AddProvider(session, options);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static void AddProvider(SessionOptions session, OnnxRestorerOptions options)
    {
        try
        {
            switch (options.ExecutionProvider.ToUpperInvariant())
            {
                case OnnxRestorerOptions.Cpu:
                    break;
                case OnnxRestorerOptions.Cuda:
                    session.AppendExecutionProvider_CUDA(options.DeviceId);
                    break;
                case "DML" or "DIRECTML":
                    session.AppendExecutionProvider_DML(options.DeviceId);
                    break;
                default:
                    session.AppendExecutionProvider(options.ExecutionProvider);
                    break;
            }
        }
        catch (Exception problem) when (problem is OnnxRuntimeException or EntryPointNotFoundException or ArgumentException)
        {
            throw new NotSupportedException(
                $"The execution provider '{options.ExecutionProvider}' is not available here "
                + $"({MessageText.OneLine(problem.Message.Trim())}); it offers {string.Join(", ", Available())}. Use one of these, or "
                + "reference the package that brings it, such as Microsoft.ML.OnnxRuntime.Gpu.",
                problem);
        }
    }

    private static IEnumerable<string> Available() =>
        OrtEnv.Instance().GetAvailableProviders().Select(name => name.Replace("ExecutionProvider", "", StringComparison.Ordinal));

    private static bool IsMissingLibrary(Exception? problem) =>
        problem is DllNotFoundException || (problem is TypeInitializationException && IsMissingLibrary(problem.InnerException));
}
