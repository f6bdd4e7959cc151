extern alias MicrosoftMLCore;

using Core = MicrosoftMLCore::Microsoft.ML;

namespace Tat.MLNet.ModelIO;

/// <summary>What ML.NET may create when a model file names it.</summary>
/// <remarks>
/// A type of this assembly, so that ILLink.LinkAttributes.xml can take it out of programs that are trimmed or compiled ahead of time: they
/// load no pipelines, and nothing of ML.NET is to stay there.
/// </remarks>
/// <param name="type">The component; its method <c>Create</c> reads it.</param>
/// <param name="userName">What to call it.</param>
/// <param name="loaderName">What model files call it.</param>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class SavedComponentAttribute(Type type, string userName, string loaderName)
    : Core.LoadableClassAttributeBase(null, type, type, null, [typeof(Core.SignatureLoadModel)], userName, loaderName);
