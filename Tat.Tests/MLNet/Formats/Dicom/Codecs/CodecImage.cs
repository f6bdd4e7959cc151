using Tat.MLNet.Formats.Dicom.Model;
using Tat.MLNet.Formats.Dicom.Pixels;

namespace Tat.Tests.Formats.Dicom.Codecs;

/// <summary>An image to compress, with edges, gradients, noise and flat parts, of samples over their whole range.</summary>
internal sealed record CodecImage(int Rows, int Columns, int Bits, bool Signed)
{
    public int Lowest => Signed ? -(1 << (Bits - 1)) : 0;

    public int BitsAllocated => Bits > 8 ? 16 : 8;

    public PixelLayout Layout => new(Rows, Columns, 1, BitsAllocated, Bits, Bits - 1, Signed, false, "MONOCHROME2");

    /// <summary>Makes the samples.</summary>
    /// <param name="seed">Chooses the noise.</param>
    public int[] Samples(int seed)
    {
        var random = new Random(seed);
        var samples = new int[Rows * Columns];
        var highest = (1 << Bits) - 1;
        for (var i = 0; i < samples.Length; i++)
        {
            var (y, x) = (i / Columns, i % Columns);
            var value = ((y / 7) + (x / 11)) % 4 switch
            {
                0 => 0.1 * highest,
                1 => highest * (0.5 + (0.4 * Math.Sin((x + (2 * y)) / 9.0)) + (0.02 * random.NextDouble())),
                2 => random.Next(highest + 1),
                _ => (x & 8) == 0 ? highest : 0,
            };
            samples[i] = Lowest + (int)value;
        }

        return samples;
    }

    /// <summary>The samples as a table, in two's complement of their bits.</summary>
    public int[,] Square(int[] samples)
    {
        var square = new int[Rows, Columns];
        for (var i = 0; i < samples.Length; i++)
        {
            square[i / Columns, i % Columns] = samples[i] & ((1 << Bits) - 1);
        }

        return square;
    }

    /// <summary>The elements of an object that holds such an image.</summary>
    public DicomDataSet Describe()
    {
        var data = SyntheticDicom.Slice(1, 0);
        data.SetUnsigned(Tags.Rows, (ushort)Rows);
        data.SetUnsigned(Tags.Columns, (ushort)Columns);
        data.SetUnsigned(Tags.BitsAllocated, (ushort)BitsAllocated);
        data.SetUnsigned(Tags.BitsStored, (ushort)Bits);
        data.SetUnsigned(Tags.HighBit, (ushort)(Bits - 1));
        data.SetUnsigned(Tags.PixelRepresentation, (ushort)(Signed ? 1 : 0));
        return data;
    }

    /// <summary>The samples in little endian, in words of Bits Allocated.</summary>
    public byte[] ToWords(int[] samples) => BitsAllocated == 8
        ? [.. samples.Select(sample => (byte)sample)]
        : [.. samples.SelectMany(sample => new[] { (byte)sample, (byte)(sample >> 8) })];
}
