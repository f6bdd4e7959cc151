namespace Tat.Torch.Files;

/// <summary>
/// Counts the memory that a file's description becomes while it is read, and refuses more than its <see cref="ReadBudget"/> allows.
/// </summary>
/// <param name="fileLength">Length of the file in bytes.</param>
internal sealed class MemoryMeter(long fileLength)
{
    private long _limit = fileLength + ReadBudget.Overhead;
    private long _taken;

    /// <summary>Notes that another file is read.</summary>
    public void Allow(long fileLength) => _limit += fileLength;

    /// <summary>Notes memory before it is taken.</summary>
    /// <exception cref="InvalidDataException">It is more than the file allows.</exception>
    public void Take(long bytes)
    {
        _taken += bytes;
        if (_taken > _limit || bytes < 0)
        {
            throw new InvalidDataException($"reading it takes more than {_limit >> 20:N0} MB, its length plus {ReadBudget.Overhead >> 20} "
                + "MB; it is damaged, or made to exhaust memory");
        }
    }
}
