namespace Tat.MLNet.Formats.Dicom.Writing;

/// <summary>Where an object is written, and read back from.</summary>
internal abstract class DerivedFile
{
    /// <summary>What it is called.</summary>
    public abstract string Name { get; }

    /// <summary>A new file; its folder is made where it is not there.</summary>
    public static DerivedFile At(string path) => new OnDisk(path);

    /// <summary>A stream of the caller's, which gets the object once it has been read back.</summary>
    public static DerivedFile To(Func<string, Stream> output, string name) => new InMemory(output, name);

    /// <summary>Writes the object.</summary>
    /// <returns>What was written.</returns>
    public abstract ImageContent Write(Action<Stream> write);

    /// <summary>Hands over what was written and found to be as it should be.</summary>
    public abstract void Complete();

    private sealed class OnDisk(string path) : DerivedFile
    {
        public override string Name => path;

        public override ImageContent Write(Action<Stream> write)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
            write(file);
            return ImageContent.OfFile(path);
        }

        public override void Complete()
        {
        }
    }

    private sealed class InMemory(Func<string, Stream> output, string name) : DerivedFile
    {
        private readonly MemoryStream _bytes = new();

        public override string Name => name;

        public override ImageContent Write(Action<Stream> write)
        {
            write(_bytes);
            return new(name, _bytes.GetBuffer().AsMemory(0, (int)_bytes.Length));
        }

        public override void Complete()
        {
            using var stream = output(name);
            _bytes.WriteTo(stream);
        }
    }
}
