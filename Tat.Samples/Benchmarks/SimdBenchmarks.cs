using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Tat.Torch.Simd;

namespace Tat.Samples.Benchmarks;

/// <summary>
/// Each loop of <see cref="Tat.Torch.Simd"/> on one core, on a strip of pixels as a layer with so many channels hands it over.
/// </summary>
public unsafe class SimdBenchmarks
{
    private const int Rows = 2;
    private const int Width = 32;
    private const int Pixels = Rows * Width;
    private const nuint Alignment = 64;

    private readonly List<nint> _memory = [];
    private DepthWiseRows.Rectangle _rectangle;
    private float* _pixels;
    private float* _gradient;
    private float* _target;
    private float* _packed;
    private float* _matrix;
    private float* _taps;
    private float* _scale;
    private float* _shift;

    /// <summary>Widths of the small network, and of the paper's.</summary>
    [Params(16, 48, 96, 192)]
    public int Channels { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _rectangle = new(Rows, Width + 2, 1, Width);
        var padded = (Rows + 2) * (Width + 2) * Channels;
        _pixels = Random(padded);
        _gradient = Random(padded);
        _target = Random(2 * padded);
        _packed = Random(9 * Channels * Channels);
        _matrix = Random(Channels * Channels);
        _taps = Random(9 * Channels);
        _scale = Random(Channels);
        _shift = Random(Channels);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        foreach (var memory in _memory)
        {
            NativeMemory.AlignedFree((void*)memory);
        }

        _memory.Clear();
    }

    [Benchmark]
    public void Product() => MatrixProducts.Multiply(_pixels, Pixels, Channels, _packed, Channels, _target);

    [Benchmark]
    public void ProductOfChannels() => MatrixProducts.MultiplyChannels(_pixels, _gradient, Channels, Pixels, Channels, _packed);

    [Benchmark]
    public void ProductOfPackedMatrix() =>
        MatrixProducts.MultiplyPacked(_packed, Channels, _matrix, Channels / 16, 16, _packed + (Channels * Channels));

    [Benchmark]
    public void Convolution() => MatrixProducts.Convolve(_pixels, Rows, Width, Channels, _packed, Channels, _target);

    [Benchmark]
    public void ProductWithVector() => VectorProducts.Multiply(_matrix, Channels, Channels, _scale, _target);

    [Benchmark]
    public void ProductWithVectorGradients() =>
        VectorProducts.AddGradients(_matrix, Channels, Channels, _scale, _gradient, _target, _shift);

    [Benchmark]
    public void DepthWise() => DepthWiseRows.Filter(new(_pixels, _taps, null), _rectangle, Channels, _target, (nint)Width * Channels);

    [Benchmark]
    public void DepthWiseGated() =>
        DepthWiseRows.FilterAndGate(new(_pixels, _taps, null), new(_gradient, _taps, null), _rectangle, Channels, _target);

    [Benchmark]
    public void DepthWiseGradient() => DepthWiseGradients.Add(_pixels, _gradient, Rows, Width, Channels, _target);

    [Benchmark]
    public void Norm() => PixelRows.Normalize(_pixels, Pixels, Channels, _scale, _shift, _target);

    [Benchmark]
    public void NormGradient() => NormGradients.Add(
        _pixels, _gradient, Pixels, Channels, _scale, _target, _target + (Pixels * Channels), _target + ((Pixels + 1) * Channels));

    [Benchmark]
    public void Squares() => PixelRows.AddSquares(_pixels, Channels, Pixels, Channels, _target);

    [Benchmark]
    public void Sum() => PixelRows.Add(_pixels, _gradient, _target, Pixels * Channels);

    [Benchmark]
    public void Gelus() => Gelu.Apply(_pixels, _target, Pixels * Channels);

    [Benchmark]
    public void GeluGradient() => Gelu.ApplyGradient(_pixels, _gradient, _target, Pixels * Channels);

    [Benchmark]
    public void Gate() => Gelu.Gate(_pixels, Pixels / 2, Channels, _target);

    [Benchmark]
    public void GateGradient() => Gelu.GateGradient(_pixels, _target, Pixels / 2, Channels, _target + (Pixels * Channels));

    private float* Random(int count)
    {
        var memory = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), Alignment);
        _memory.Add((nint)memory);
        for (var i = 0; i < count; i++)
        {
            memory[i] = MathF.Sin(i);
        }

        return memory;
    }
}
