namespace Tat.Torch.Runtime.Loading;

/// <summary>A version that a shared object requires of a library.</summary>
/// <param name="Library">The library's file name, such as <c>libstdc++.so.6</c>.</param>
/// <param name="Version">The version's name, such as <c>GLIBCXX_3.4.32</c>.</param>
/// <param name="Index">The number that symbols of this version carry.</param>
/// <param name="Offset">Offset of the entry in the file: hash (4 bytes), flags (2), index (2), name (4), next (4).</param>
internal sealed record ElfVersionRequirement(string Library, string Version, ushort Index, int Offset);
