using Microsoft.ML;
using Microsoft.ML.Data;
using Tat.MLNet.Formats;
using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Providers;
using Tat.MLNet.Formats.Dicom.Providers.BuiltIn;
using Tat.MLNet.Formats.Dicom.Reading;
using Tat.Tests.Formats.Dicom;
using Tat.Tests.Runtime;
using Tat.Torch.Imaging;

namespace Tat.Tests.Formats;

/// <summary>
/// Formats, and another reader of DICOM, that a program registers; each in a process of its own, since that is for the whole process.
/// </summary>
[TestClass]
public sealed class RegisteredFormatTests
{
    [TestMethod]
    public async Task A_registered_format_opens_its_files_before_the_others_are_asked()
    {
        var outcome = await FreshProcess.Run("format");
        Assert.AreEqual("plain, 4 3 pixels, 12 in a row", outcome.Output, outcome.Error);
    }

    [TestMethod]
    public async Task Another_reader_of_DICOM_is_used_for_what_is_opened_afterwards()
    {
        var outcome = await FreshProcess.Run("provider");
        Assert.AreEqual("built-in, other", outcome.Output, outcome.Error);
    }

    internal static string OpenWithOwnFormat()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["scan.plain"], [3, 4, .. Enumerable.Range(1, 12).Select(i => (byte)i)]);
        ImageFormats.Register(new PlainFormat());
        ImageFormats.Register(new PlainFormat());
        if (ImageFormats.All.Count(format => format.Name == "plain") != 1)
        {
            return "registered twice";
        }

        using var scan = ImageFormats.Open(folder["scan.plain"]);
        var row = new MLContext().ImageRestoration.LoadImages(folder.Path, task: "MRI").GetColumn<float[]>("LowQuality").Single();
        return $"{scan.Format.Name}, {scan.Columns} {scan.Rows} pixels, {row.Length} in a row";
    }

    internal static string OpenWithOtherProvider()
    {
        using var files = new SyntheticDicom();
        var path = files.Write(SyntheticDicom.Slice(1, 0));
        var before = ProviderOf(path);
        DicomProviders.Use(new OtherProvider());
        return $"{before}, {ProviderOf(path)}";
    }

    private static string ProviderOf(string path)
    {
        using var scan = ImageFormats.Open(path);
        return scan.Properties["Provider"];
    }

    private sealed class OtherProvider : IDicomProvider
    {
        private readonly BuiltInProvider _builtIn = new();

        public string Name => "other";

        public string Advice => _builtIn.Advice;

        public DicomObject Read(ImageContent content) => _builtIn.Read(content);

        public void Write(Stream stream, DicomDataSet dataSet, ReadOnlyMemory<byte> pixels) => _builtIn.Write(stream, dataSet, pixels);

        public bool CanDecode(TransferSyntax syntax) => _builtIn.CanDecode(syntax);

        public byte[] Decode(DicomSource source, int frame) => _builtIn.Decode(source, frame);
    }

    /// <summary>Rows, columns, and a byte for each pixel.</summary>
    private sealed class PlainFormat : IImageFormat
    {
        public string Name => "plain";

        public bool Recognizes(string path) => path.EndsWith(".plain", StringComparison.Ordinal);

        public IImageScan Open(string path) => new PlainScan(path, this, File.ReadAllBytes(path));

        public void WriteDerived(IImageScan source, string destination, IEnumerable<ImageSlice> slices, DerivedImageOptions? options = null,
            CancellationToken cancellationToken = default) =>
            File.WriteAllBytes(destination,
                [(byte)source.Rows, (byte)source.Columns, .. slices.Single().Pixels.Select(pixel => (byte)pixel)]);
    }

    private sealed class PlainScan(string path, IImageFormat format, byte[] bytes) : IImageScan
    {
        public string Path => path;

        public IImageFormat Format => format;

        public int Rows => bytes[0];

        public int Columns => bytes[1];

        public int SliceCount => 1;

        public string? Modality => null;

        public string? Unit => null;

        public double? RowSpacing => null;

        public double? ColumnSpacing => null;

        public double? SliceSpacing => null;

        public IReadOnlyDictionary<string, string> Properties { get; } = new Dictionary<string, string>();

        public ImageSlice ReadSlice(int index) => new([.. bytes.Skip(2).Select(value => (float)value)], Rows, Columns);

        public void Dispose()
        {
        }
    }
}
