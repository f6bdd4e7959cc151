extern alias MicrosoftMLCore;

using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Tat.Torch.Files;
using Tat.Torch.TensorFiles;
using Core = MicrosoftMLCore::Microsoft.ML;

// ML.NET keeps the members that save and register a component to itself; the runtime lets this assembly use them.
[assembly: IgnoresAccessChecksTo("Microsoft.ML.Core")]

namespace System.Runtime.CompilerServices
{
    [AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
    internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
    {
        public string AssemblyName { get; } = assemblyName;
    }
}

namespace Tat.MLNet.ModelIO
{
    /// <summary>Writes a component's entry of a model file.</summary>
    internal readonly struct ModelWriter
    {
        private readonly Core.ModelSaveContext _context;

        private ModelWriter(Core.ModelSaveContext context) => _context = context;

        /// <summary>Begins the entry.</summary>
        /// <exception cref="NotSupportedException">The program's version of ML.NET lacks a member that this library binds to.</exception>
        public static ModelWriter Begin(Microsoft.ML.ModelSaveContext context, ModelSignature signature)
        {
            ArgumentNullException.ThrowIfNull(context);
            BridgeCheck.Run();
            return BeginChecked(context, signature);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static ModelWriter BeginChecked(object context, ModelSignature signature)
        {
            var core = (Core.ModelSaveContext)context;
            core.CheckAtModel();
            core.SetVersionInfo(signature.ToVersionInfo());
            return new(core);
        }

        /// <summary>Writes what a component is set to, with a checksum.</summary>
        [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = ModelBridge.NotTrimmed)]
        [UnconditionalSuppressMessage("AOT", "IL3050", Justification = ModelBridge.NotTrimmed)]
        public void Write(object settings)
        {
            var text = JsonSerializer.Serialize(settings, ModelBridge.Json);
            _context.SaveStringOrNull($"{text}\n{ContentChecksum.Of(text)}");
        }

        /// <summary>Writes a stream of its own beside the entry.</summary>
        public void WriteStream(string name, Action<Stream> write) => _context.SaveBinaryStream(name, writer =>
        {
            writer.Flush();
            write(writer.BaseStream);
        });
    }

    /// <summary>Reads what <see cref="ModelWriter"/> wrote.</summary>
    internal readonly struct ModelReader
    {
        private readonly Core.ModelLoadContext _context;

        private ModelReader(Core.ModelLoadContext context) => _context = context;

        /// <summary>Begins the entry.</summary>
        /// <param name="context">What ML.NET hands to a component's <c>Create</c> method.</param>
        /// <param name="signature">What the component writes.</param>
        /// <exception cref="FormatException">The entry is of another component, or of a newer version.</exception>
        /// <exception cref="NotSupportedException">The program's version of ML.NET lacks a member that this library binds to.</exception>
        public static ModelReader Begin(object context, ModelSignature signature)
        {
            BridgeCheck.Run();
            return BeginChecked(context, signature);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static ModelReader BeginChecked(object context, ModelSignature signature)
        {
            var core = (Core.ModelLoadContext)context;
            core.CheckAtModel(signature.ToVersionInfo());
            return new(core);
        }

        /// <summary>Reads what a component was set to; a file from before there were checksums has none.</summary>
        /// <exception cref="InvalidDataException">It is damaged.</exception>
        [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = ModelBridge.NotTrimmed)]
        [UnconditionalSuppressMessage("AOT", "IL3050", Justification = ModelBridge.NotTrimmed)]
        public T Read<T>()
        {
            var lines = _context.LoadNonEmptyString().Split('\n', 2);
            try
            {
                return lines is [var text, var checksum] && checksum != ContentChecksum.Of(text)
                    ? throw new JsonException("its checksum does not match its content")
                    : JsonSerializer.Deserialize<T>(lines[0], ModelBridge.Json) ?? throw new JsonException("it is null");
            }
            catch (JsonException problem)
            {
                throw new InvalidDataException(
                    $"The model file is damaged: its settings cannot be understood ({MessageText.OneLine(problem.Message)}). "
                    + "Copy it again.",
                    problem);
            }
        }

        /// <summary>Reads a stream beside the entry.</summary>
        /// <exception cref="InvalidDataException">The model file has no such stream.</exception>
        public T ReadStream<T>(string name, Func<Stream, T> read)
        {
            T? result = default;
            return _context.TryLoadBinaryStream(name, reader => result = read(reader.BaseStream))
                ? result!
                : throw new InvalidDataException($"The model file is damaged: its part '{name}' is missing. Save the model again.");
        }
    }

    internal static class ModelBridge
    {
        /// <summary>Why code may need what trimming removes.</summary>
        public const string NotTrimmed = "Pipelines need ML.NET, which needs reflection, so that programs with pipelines are not trimmed.";

        private static readonly Lazy<JsonSerializerOptions> _json = new(CreateJson);

        /// <summary>How settings are written; also in a program that lets JSON have no reflection by default.</summary>
        public static JsonSerializerOptions Json => _json.Value;

        /// <summary>
        /// What an <see cref="MLContext"/> says of GPU, temporary files and randomness; also for the environment that ML.NET hands to a
        /// component that it loads.
        /// </summary>
        public static EnvironmentSettings Settings(this IHostEnvironment environment)
        {
            var settings = (Core.Runtime.IHostEnvironmentInternal)environment;
            return new(settings.GpuDeviceId, settings.FallbackToCpu, settings.TempFilePath, settings.Seed);
        }

        /// <summary>Describes a column that an estimator promises.</summary>
        public static SchemaShape.Column CreateColumn(string name, SchemaShape.Column.VectorKind kind, DataViewType itemType,
            SchemaShape? annotations = null) => (SchemaShape.Column)(object)new Core.SchemaShape.Column(
            name, (Core.SchemaShape.Column.VectorKind)kind, itemType, false, (Core.SchemaShape)(object)(annotations ?? new([])));

        /// <summary>The columns of a shape with one added; it replaces one of the same name.</summary>
        public static SchemaShape With(this SchemaShape shape, SchemaShape.Column added) =>
            new([.. shape.Where(column => column.Name != added.Name), added]);

        [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = NotTrimmed)]
        [UnconditionalSuppressMessage("AOT", "IL3050", Justification = NotTrimmed)]
        private static JsonSerializerOptions CreateJson() => new() { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

        // The assembly is named without its version, so that a model outlives a release.
        internal static Core.VersionInfo ToVersionInfo(this ModelSignature signature) => new(
            signature.Mark, signature.Version, signature.Version, 1, typeof(ModelBridge).Assembly.GetName().Name, signature.LoaderName);
    }
}
