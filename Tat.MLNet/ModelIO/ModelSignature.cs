namespace Tat.MLNet.ModelIO;

/// <summary>How a component marks what it saves in a model file.</summary>
/// <param name="Mark">Eight characters that begin the component's entry.</param>
/// <param name="LoaderName">The name under which <see cref="Microsoft.ML"/> finds the component again: at most 24 characters, the load name
/// of its registration.</param>
/// <param name="Version">The version of the layout that is written; readers of an older one refuse it.</param>
internal sealed record ModelSignature(string Mark, string LoaderName, uint Version = 1);
