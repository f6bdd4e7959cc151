using System.Globalization;
using System.Text;
using Tat.MLNet.Formats;

namespace Tat.Tests.Formats.Dicom;

/// <summary>The table of expectations of the conformance set, and the statistics that it holds.</summary>
internal static class DicomTable
{
    private static readonly Lazy<List<Dictionary<string, string>>> _rows = new(Load);

    public static List<Dictionary<string, string>> Rows() => _rows.Value;

    public static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    public static (double Minimum, double Maximum, double Mean, double StandardDeviation) Measure(IImageScan scan)
    {
        var (minimum, maximum, sum, squares, count) = (double.MaxValue, double.MinValue, 0.0, 0.0, 0L);
        for (var i = 0; i < scan.SliceCount; i++)
        {
            foreach (double value in scan.ReadSlice(i).Pixels)
            {
                if (double.IsNaN(value))
                {
                    continue;
                }

                (minimum, maximum) = (Math.Min(minimum, value), Math.Max(maximum, value));
                (sum, squares, count) = (sum + value, squares + (value * value), count + 1);
            }
        }

        var mean = sum / count;
        return (minimum, maximum, mean, Math.Sqrt((squares / count) - (mean * mean)));
    }

    private static List<Dictionary<string, string>> Load()
    {
        string path;
        try
        {
            path = TestData.Path("data/dicom/expected.csv");
        }
        catch (AssertInconclusiveException)
        {
            return [];
        }

        var lines = File.ReadAllLines(path);
        var names = Split(lines[0]);
        return lines.Skip(1).Select(line => names.Zip(Split(line)).ToDictionary(pair => pair.First, pair => pair.Second)).ToList();
    }

    private static List<string> Split(string line)
    {
        var (fields, field, quoted) = (new List<string>(), new StringBuilder(), false);
        foreach (var character in line)
        {
            if (character == '"')
            {
                quoted = !quoted;
            }
            else if (character == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(character);
            }
        }

        fields.Add(field.ToString());
        return fields;
    }
}
