using Tat.Torch.Simd;

namespace Tat.Torch.Model.Recording;

/// <summary>
/// The second half of a layer of attention between channels: map + projection · softmax(q̂ k̂ᵀ · temperature) v per head, of filtered q, k
/// and v, in one window; and back.
/// </summary>
/// <param name="tape">The tape.</param>
/// <param name="map">H×W×C.</param>
/// <param name="filters">q, k and v.</param>
/// <param name="temperature">A number for each head.</param>
/// <param name="projection">C×C.</param>
internal sealed unsafe class RecordedAttention(
    Tape tape, RecordedMap map, RecordedFilters filters, RecordedWeights temperature, RecordedWeights projection)
{
    private const float NormEpsilon = 1e-12f;

    private readonly int _channels = map.Channels;
    private readonly int _heads = (int)temperature.Count;
    private readonly int _size = map.Channels / (int)temperature.Count;
    private float* _cosines;
    private float* _attention;
    private float* _norms;
    private RecordedProduct? _product;

    private int Square => _size * _size;

    public RecordedMap Run()
    {
        var memory = tape.Memory;
        var result = tape.NewMap(map.Height, map.Width, _channels);
        _cosines = memory.TakeZeros((nint)_heads * Square);
        _norms = memory.TakeZeros(2 * _channels);
        _attention = memory.Take((nint)_heads * Square);
        var matrix = memory.Take((nint)_channels * _channels);
        var part = memory.Take(Square);
        filters.Run((first, count) =>
        {
            var pixels = filters.Filtered + ((nint)first * filters.Channels);
            for (var head = 0; head < _heads; head++)
            {
                float* q = pixels + (head * _size), k = q + _channels, sums = _cosines + (head * Square);
                MatrixProducts.MultiplyStrided(
                    q, 1, filters.Channels, _size, k, filters.Channels, MatrixPanels.Width, count, part, _size, _size);
                PixelRows.Add(sums, part, sums, Square);
            }

            PixelRows.AddSquares(pixels, filters.Channels, count, 2 * _channels, _norms);
        });
        Attend();
        for (var head = 0; head < _heads; head++)
        {
            var at = head * _size;
            MatrixProducts.MultiplyStrided(projection.Values + at, _channels, 1, _channels, _attention + (head * Square), _size,
                MatrixPanels.Width, _size, matrix + at, _channels, _size);
        }

        _product = new(memory, matrix, _channels, _channels);
        var position = memory.Position;
        var sums = memory.Take((nint)filters.MostPixels * _channels);
        for (var first = 0; first < map.Pixels; first += filters.MostPixels)
        {
            var (at, count) = ((nint)first * _channels, Math.Min(filters.MostPixels, map.Pixels - first));
            _product.Multiply(ValuesAt(first), filters.Channels, count, sums);
            PixelRows.Add(map.Values + at, sums, result.Values + at, (nint)count * _channels);
        }

        memory.Release(position);
        return result;
    }

    /// <returns>The gradient of the kernels.</returns>
    public float* GoBack(float* gradient)
    {
        float* ofMatrix = null;
        for (var first = 0; first < map.Pixels; first += filters.MostPixels)
        {
            ofMatrix = _product!.AddGradient(
                ValuesAt(first), filters.Channels, gradient + ((nint)first * _channels), Math.Min(filters.MostPixels, map.Pixels - first));
        }

        // For each head what takes (q, k) to the gradient of q, and what takes them to that of k.
        float* toQueries = tape.Memory.TakeZeros(2 * (nint)_heads * Square), toKeys = tape.Memory.TakeZeros(2 * (nint)_heads * Square);
        GoBackThroughHeads(ofMatrix, toQueries, toKeys);
        return filters.GoBack(
            (first, count, target) =>
            {
                float* pixels = filters.Filtered + ((nint)first * filters.Channels), to = (float*)target;
                for (var head = 0; head < _heads; head++)
                {
                    var at = head * _size;
                    ToPixels(pixels + at, count, toQueries + (2 * head * Square), to + at);
                    ToPixels(pixels + at, count, toKeys + (2 * head * Square), to + _channels + at);
                }

                _product!.GoBack(gradient + ((nint)first * _channels), count, to + (2 * _channels), filters.Channels);
            },
            gradient);
    }

    private float* ValuesAt(int pixel) => filters.Filtered + ((nint)pixel * filters.Channels) + (2 * _channels);

    private void ToPixels(float* queries, int count, float* matrix, float* target) => MatrixProducts.MultiplyStrided(
        queries, filters.Channels, 1, count, matrix, _size, MatrixPanels.Width, _size, target, filters.Channels, _size, parts: 2,
        aPart: _channels);

    /// <summary>Sums become cosines, squares norms, and cosines attention.</summary>
    private void Attend()
    {
        for (var c = 0; c < 2 * _channels; c++)
        {
            _norms[c] = Math.Max(MathF.Sqrt(_norms[c]), NormEpsilon);
        }

        for (var row = 0; row < _channels; row++)
        {
            var (head, factor) = (row / _size, temperature.Values[row / _size]);
            float* cosines = _cosines + ((nint)row * _size), attention = _attention + ((nint)row * _size),
                keys = _norms + _channels + (head * _size);
            var (greatest, sum) = (float.NegativeInfinity, 0f);
            for (var i = 0; i < _size; i++)
            {
                cosines[i] /= _norms[row] * keys[i];
                greatest = Math.Max(greatest, cosines[i] * factor);
            }

            for (var i = 0; i < _size; i++)
            {
                attention[i] = MathF.Exp((cosines[i] * factor) - greatest);
                sum += attention[i];
            }

            for (var i = 0; i < _size; i++)
            {
                attention[i] /= sum;
            }
        }
    }

    private void GoBackThroughHeads(float* ofMatrix, float* toQueries, float* toKeys)
    {
        var memory = tape.Memory;
        float* ofProjection = memory.Take((nint)_channels * _channels), transposed = memory.Take(Square), ofAttention = memory.Take(Square);
        for (var head = 0; head < _heads; head++, toQueries += 2 * Square, toKeys += 2 * Square)
        {
            var at = head * _size;
            var attention = _attention + (head * Square);
            for (var i = 0; i < Square; i++)
            {
                transposed[(i % _size * _size) + (i / _size)] = attention[i];
            }

            MatrixProducts.MultiplyStrided(
                ofMatrix + at, _channels, 1, _channels, transposed, _size, MatrixPanels.Width, _size, ofProjection + at, _channels, _size);
            MatrixProducts.MultiplyStrided(
                projection.Values + at, 1, _channels, _size, ofMatrix + at, _channels, MatrixPanels.Width, _channels, ofAttention, _size,
                _size);
            GoBackThroughSoftmax(head, ofAttention, toQueries, toKeys);
        }

        projection.Add(0, _channels, _channels, ofProjection, _channels);
    }

    /// <summary>Fills the matrices [diagonal; ofProductsᵀ] and [ofProducts; diagonal], whose diagonals come from the norms.</summary>
    private void GoBackThroughSoftmax(int head, float* ofAttention, float* toQueries, float* toKeys)
    {
        float* queries = _norms + (head * _size), keys = queries + _channels;
        var (factor, ofFactor) = (temperature.Values[head], 0f);
        for (var i = 0; i < _size; i++)
        {
            float* attention = _attention + (head * Square) + (i * _size), cosines = _cosines + (head * Square) + (i * _size),
                given = ofAttention + (i * _size);
            var mean = 0f;
            for (var j = 0; j < _size; j++)
            {
                mean += attention[j] * given[j];
            }

            for (var j = 0; j < _size; j++)
            {
                var ofLogit = attention[j] * (given[j] - mean);
                ofFactor += ofLogit * cosines[j];
                var ofCosine = ofLogit * factor;
                var ofProduct = ofCosine / (queries[i] * keys[j]);
                toKeys[(i * _size) + j] = ofProduct;
                toQueries[Square + (j * _size) + i] = ofProduct;

                // |q| = √Σq²: the gradient of q is −Σ cosine · its gradient / |q|² · q.
                toQueries[(i * _size) + i] -= Inverse(queries[i]) * cosines[j] * ofCosine;
                toKeys[Square + (j * _size) + j] -= Inverse(keys[j]) * cosines[j] * ofCosine;
            }
        }

        temperature.Gradient[head] += ofFactor;

        static float Inverse(float norm) => norm > NormEpsilon ? 1 / (norm * norm) : 0;
    }
}
