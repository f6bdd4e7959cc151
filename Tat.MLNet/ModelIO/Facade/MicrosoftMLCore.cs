// The members of Microsoft.ML.Core 5.0.1 that a component outside of ML.NET needs to be saved in a model file and to be
// found again, and that are not public there. This file is compiled into a reference of its own (see Tat.MLNet.csproj),
// which carries the identity of Microsoft.ML.Core and an older version: the compiler sees these declarations as public,
// the runtime binds them to the real assembly. Nothing of it is shipped. ModelBridgeTests compares each with the real one.
using System;
using System.IO;
using System.Reflection;
using Microsoft.ML.Data;

[assembly: AssemblyVersion("0.9.0.0")]

namespace Microsoft.ML
{
    public abstract class LoadableClassAttributeBase : Attribute
    {
        protected LoadableClassAttributeBase(string summary, Type instType, Type loaderType, Type argType, Type[] sigTypes, string userName,
            params string[] loadNames) => throw null;
    }

    public delegate void SignatureLoadModel(ModelLoadContext ctx);

    public sealed class ModelLoadContext
    {
        public void CheckAtModel(VersionInfo ver) => throw null;

        public string LoadNonEmptyString() => throw null;

        public bool TryLoadBinaryStream(string name, Action<BinaryReader> action) => throw null;
    }

    public sealed class ModelSaveContext
    {
        public void CheckAtModel() => throw null;

        public void SetVersionInfo(VersionInfo ver) => throw null;

        public void SaveStringOrNull(string str) => throw null;

        public void SaveBinaryStream(string name, Action<BinaryWriter> action) => throw null;
    }

    public struct VersionInfo
    {
        public VersionInfo(string modelSignature, uint verWrittenCur, uint verReadableCur, uint verWeCanReadBack, string loaderAssemblyName,
            string loaderSignature = null, string loaderSignatureAlt = null) => throw null;
    }

    public sealed class SchemaShape
    {
        public struct Column
        {
            public Column(string name, VectorKind vecKind, DataViewType itemType, bool isKey, SchemaShape annotations = null) => throw null;

            public enum VectorKind
            {
            }
        }
    }
}

namespace Microsoft.ML.Runtime
{
    public interface IHostEnvironmentInternal
    {
        string TempFilePath { get; }

        bool FallbackToCpu { get; }

        int? GpuDeviceId { get; }

        int? Seed { get; }
    }

    public interface ICancelable
    {
        bool IsCanceled { get; }
    }
}
