namespace Tat.Samples.Service.Images;

/// <summary>
/// Keeps images for all processes that share the work: files, and folders of files, under names such as <c>results/4f…/scan.nii</c>, with
/// slashes. Safe for concurrent use, by several processes too.
/// </summary>
public interface IImageStore
{
    /// <summary>Moves a file or a folder of this machine to a name; it is durable when this returns.</summary>
    /// <param name="path">Its path, which is gone then.</param>
    /// <param name="name">The name.</param>
    /// <param name="replaces">Whether it takes the place of what is there; otherwise that stays.</param>
    /// <param name="cancellationToken">Stops between files; what was put is found by the next try.</param>
    /// <returns>Whether nothing was there before.</returns>
    Task<bool> AddAsync(string path, string name, bool replaces = false, CancellationToken cancellationToken = default);

    /// <summary>Makes images readable on this machine.</summary>
    /// <param name="name">A name, or the full path of something that is on this machine anyway.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <exception cref="FileNotFoundException">Nothing is there.</exception>
    Task<ImagesHere> OpenAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Gives images another name.</summary>
    /// <returns>Whether they have it; <see langword="false"/> where there are none, or others have it already.</returns>
    Task<bool> MoveAsync(string name, string other);

    /// <summary>Removes what is there, if anything.</summary>
    Task RemoveAsync(string name);

    /// <summary>The names right below one, such as those of all results below <c>results</c>, each without what is above it.</summary>
    IAsyncEnumerable<string> ListAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Fails where the store cannot be reached.</summary>
    Task CheckAsync(CancellationToken cancellationToken);
}
