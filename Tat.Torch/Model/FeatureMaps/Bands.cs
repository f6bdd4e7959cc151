using Tat.Torch.Runtime;
using static TorchSharp.torch;

namespace Tat.Torch.Model.FeatureMaps;

/// <summary>Bands of rows into which a map is cut, so that each core that the work has computes some by itself.</summary>
internal static class Bands
{
    // Rows at the border of bands are computed twice: a band for each core as long as that is not much, several where it is next to
    // nothing, so that cores are done together.
    private const int LeastRows = 8, ManyRows = 32;
    private const int BandsPerCore = 4;

    private const int StripBytes = 512 << 10;

    // Rows that go into one row of the result, or see each other, stay together.
    private const int Multiple = 2;

    /// <summary>How many bands a map is cut into.</summary>
    public static int CountFor(RunMode mode, Tensor map) =>
        CountFor((int)map.shape[1], mode.InStrips ? ComputeThreads.Cores : 1, 1);

    /// <summary>Into how many bands a map is cut whose columns are cut, too.</summary>
    /// <param name="height">Rows of the map.</param>
    /// <param name="cores">Cores that there are for it.</param>
    /// <param name="stretches">Into how many stretches its columns are cut.</param>
    public static int CountFor(int height, int cores, int stretches)
    {
        return cores == 1 ? 1 : Math.Max(
            Math.Clamp(height / LeastRows, 1, For(cores)), Math.Min(height / ManyRows, For(BandsPerCore * cores)));

        int For(int pieces) => (pieces + stretches - 1) / stretches;
    }

    /// <summary>The first row of a band, or of what is beyond the last one.</summary>
    public static int Begin(int height, int bands, int band) => band == bands ? height : height / Multiple * band / bands * Multiple;

    /// <summary>Gives the rows of a map, some at a time, at the same time, in a dispose scope each.</summary>
    /// <param name="map">1×H×W×C.</param>
    /// <param name="work">Gets the first row and how many.</param>
    public static void ForEach(Tensor map, Action<int, int> work)
    {
        var height = (int)map.shape[1];
        var rows = (int)Math.Max(1, StripBytes / (map.shape[2] * map.shape[3] * map.element_size()));
        ComputeThreads.Share((height + rows - 1) / rows, strip => work(strip * rows, Math.Min(rows, height - (strip * rows))));
    }

    /// <summary>Joins the bands of a result, which are made at the same time.</summary>
    /// <param name="mode">How the network runs.</param>
    /// <param name="map">B×H×W×C, which the result is made of.</param>
    /// <param name="channels">Channels of the result.</param>
    /// <param name="scale">How many times as high and wide the result is.</param>
    /// <param name="operation">Gets the first row of the map and how many, and gives B×(rows·scale)×(W·scale)×channels.</param>
    public static Tensor Join(RunMode mode, Tensor map, long channels, double scale, Func<int, int, Tensor> operation)
    {
        var (bands, height) = (CountFor(mode, map), (int)map.shape[1]);
        if (bands == 1)
        {
            return operation(0, height);
        }

        var result = empty([1, (long)(height * scale), (long)(map.shape[2] * scale), channels], map.dtype, map.device);
        ComputeThreads.Share(bands, band =>
        {
            var (begin, end) = (Begin(height, bands, band), Begin(height, bands, band + 1));
            var start = (long)(begin * scale);
            result.narrow(1, start, (long)(end * scale) - start).copy_(operation(begin, end - begin));
        });
        return result;
    }
}
