namespace Tat.Torch.Runtime.Loading;

/// <summary>A symbol that a shared object may take from another one.</summary>
/// <param name="Name">Offset of the name in the string table.</param>
/// <param name="Version">Index of the version requirement it belongs to; 0 and 1 are none.</param>
/// <param name="IsFunction">Whether it is a function defined elsewhere.</param>
/// <param name="SymbolOffset">Offset of its symbol-table entry in the file; the entry begins with <paramref name="Name"/> (4
/// bytes).</param>
/// <param name="VersionOffset">Offset of its version-table entry in the file (2 bytes).</param>
internal readonly record struct ElfImport(uint Name, ushort Version, bool IsFunction, int SymbolOffset, int VersionOffset);
