namespace Tat.Tests.Inference;

/// <summary>Reports at once and in order, which <see cref="Progress{T}"/> does not.</summary>
internal sealed class Reporter(Action<double> report) : IProgress<double>
{
    public void Report(double value) => report(value);
}
