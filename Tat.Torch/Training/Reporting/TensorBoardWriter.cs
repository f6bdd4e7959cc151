using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Tat.Torch.Imaging;
using Tat.Torch.Tasks;

namespace Tat.Torch.Training.Reporting;

/// <summary>
/// Writes an event file of TensorBoard: records of length, masked CRC-32C of the length, data, masked CRC-32C of the data (TFRecord
/// format).
/// </summary>
/// <remarks>The data are messages of TensorFlow's event.proto and summary.proto, whose field numbers stand below.</remarks>
internal sealed class TensorBoardWriter : IDisposable
{
    private const int WallTime = 1;
    private const int Step = 2;
    private const int FileVersion = 3;
    private const int SummaryOf = 5;
    private const int SessionLog = 7;
    private const long SessionStart = 1;
    private const string Prefix = "events.out.tfevents.";
    private const string Product = ".tat";
    private readonly Stream _file;

    /// <param name="folder">The log folder.</param>
    /// <param name="training">What tells the training from others.</param>
    /// <param name="iteration">Events of later iterations in older files of the folder are to be ignored.</param>
    /// <param name="open">Opens a file to append to it.</param>
    public TensorBoardWriter(string folder, string training, long iteration, Func<string, Stream> open)
    {
        Path = System.IO.Path.Combine(folder, string.Create(
            CultureInfo.InvariantCulture, $"{Prefix}{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds():d13}{Product}-{training}"));
        _file = open(Path);
        Write(NewEvent(0).Add(FileVersion, "brain.Event:2"));
        if (iteration > 0)
        {
            Write(NewEvent(iteration + 1).Add(SessionLog, new ProtocolBuffer().Add(1, SessionStart)));
        }

        _file.Flush();
    }

    /// <summary>The event file.</summary>
    public string Path { get; }

    /// <summary>Whether a folder has events of another training; those of earlier versions do not say of which they are.</summary>
    public static bool IsOfAnother(string folder, string training) =>
        Directory.GetFiles(folder, $"{Prefix}*{Product}-*").Any(file => !file.EndsWith($"{Product}-{training}", StringComparison.Ordinal));

    /// <summary>Writes the numbers and images of a report.</summary>
    public void Write(TrainingProgress progress, TaskVocabulary tasks)
    {
        var summary = new ProtocolBuffer();
        Add("loss/balanced", progress.Loss);
        Add("optimiser/rate", progress.LearningRate);
        Add("optimiser/gradient_norm", progress.GradientNorm);
        foreach (var (task, training) in progress.Tasks)
        {
            Add($"loss/{task}", training.Loss);
            Add($"loss_of_input/{task}", training.InputLoss);
            Add($"weight/{task}", training.Weight);
        }

        foreach (var (task, score) in progress.Validation?.Tasks ?? new Dictionary<string, Model.TaskScore>())
        {
            Add($"psnr/{task}", score.Psnr);
            Add($"ssim/{task}", score.Ssim);
            Add($"rmse/{task}", score.Rmse);
        }

        foreach (var sample in progress.Validation?.Samples ?? [])
        {
            summary.Add(1, Image(sample, tasks[sample.Task].MetricWindow ?? tasks[sample.Task].RangeOf(sample.Input)));
        }

        Write(NewEvent(progress.Iteration).Add(SummaryOf, summary));
        _file.Flush();

        void Add(string tag, double value)
        {
            if (double.IsFinite(value))
            {
                summary.Add(1, new ProtocolBuffer().Add(1, tag).Add(2, (float)value)); // Value: tag, simple_value
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>CRC-32C, rotated and shifted by a constant as the format wants it.</summary>
    internal static uint MaskedChecksum(ReadOnlySpan<byte> data)
    {
        var checksum = uint.MaxValue;
        foreach (var value in data)
        {
            checksum = BitOperations.Crc32C(checksum, value);
        }

        return BitOperations.RotateRight(~checksum, 15) + 0xA282EAD8;
    }

    /// <summary>Input, restored image and reference side by side, in the task's metric window.</summary>
    private static ProtocolBuffer Image(ValidationSample sample, IntensityRange window)
    {
        ImageSlice[] images = [sample.Input, sample.Restored, sample.Reference];
        var (height, width) = (sample.Input.Height, 3 * sample.Input.Width);
        var grey = new byte[height * width];
        for (var i = 0; i < grey.Length; i++)
        {
            var (row, column) = (i / width, i % width);
            var value = images[column / sample.Input.Width][row, column % sample.Input.Width];
            grey[i] = (byte)Math.Clamp(255 * (value - window.Minimum) / window.Width, 0, 255);
        }

        // Image: height, width, colour space grey, file
        var image = new ProtocolBuffer().Add(1, (long)height).Add(2, (long)width).Add(3, 1L).Add(4, Png.Encode(grey, width, height));
        return new ProtocolBuffer().Add(1, $"{sample.Task} input, restored, reference").Add(4, image); // Value: tag, image
    }

    private static ProtocolBuffer NewEvent(long step) =>
        new ProtocolBuffer().Add(WallTime, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0).Add(Step, step);

    private void Write(ProtocolBuffer record)
    {
        var data = record.ToArray();
        Span<byte> header = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], MaskedChecksum(header[..8]));
        _file.Write(header);
        _file.Write(data);
        BinaryPrimitives.WriteUInt32LittleEndian(header, MaskedChecksum(data));
        _file.Write(header[..4]);
    }
}
