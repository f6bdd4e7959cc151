using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;
using Tat.Torch.Files.Writing;

namespace Tat.Tests.Architecture;

/// <summary>
/// Results are written by one owner, <see cref="AtomicFile"/> and <see cref="AtomicFolder"/>, and get their names from it; everything else
/// that moves a file or opens one for writing is listed here with its reason.
/// </summary>
[TestClass]
public sealed class WritingTests
{
    private static readonly string[] _moves =
    [
        "System.IO.File::Move", "System.IO.File::Replace", "System.IO.Directory::Move", "System.IO.FileInfo::MoveTo",
        "System.IO.FileInfo::Replace", "System.IO.DirectoryInfo::MoveTo",
    ];

    private static readonly string[] _writes =
    [
        "System.IO.File::Write", "System.IO.File::Append", "System.IO.File::Create", "System.IO.File::Copy", "System.IO.File::OpenWrite",
        "System.IO.File::OpenHandle",
        "System.IO.FileInfo::Create", "System.IO.FileInfo::Append", "System.IO.FileInfo::CopyTo", "System.IO.FileInfo::OpenWrite",
        "System.IO.FileStream::.ctor", "System.IO.StreamWriter::.ctor(System.String", "System.IO.Compression.ZipFile::",
    ];

    private static readonly string[] _temporary =
    [
        "System.IO.Path::GetTemp", "System.IO.Directory::CreateTempSubdirectory",
    ];

    private static readonly Dictionary<string, string> _movers = new()
    {
        ["Tat.Samples.Service.Series.FolderWatch"] = "sets a file of another program aside, in that program's folder",
    };

    private static readonly Dictionary<string, string> _others = new()
    {
        ["Tat.Torch.Files.RegularFile"] = "reads",
        ["Tat.Torch.Files.PrivateFile"] = "a temporary file without a name",
        ["Tat.Torch.Training.Resuming.CheckpointStore"] = "the lock of a folder",
        ["Tat.Torch.Training.Reporting.TrainingLog"] = "a log, which grows line by line",
        ["Tat.MLNet.Formats.Dicom.Writing.DerivedFile"] = "writes an object where AtomicFolder says",
        ["Tat.Samples.Commands.ApplyOnnxCommand"] = "a temporary file for a component that wants a path",
        ["Tat.Samples.Bench"] = "temporary files of measurements",
        ["Tat.Samples.Service.Images.BucketStore"] = "copies of what a bucket holds",
        ["Tat.Samples.Service.Images.FolderLock"] = "the lock of a folder",
        ["Tat.Samples.Service.Intake.UploadReader"] = "what arrives, in a folder that counts when its job is written down",
        ["Tat.Samples.Service.Intake.ZipIntake"] = "reads",
        ["Tat.Samples.Service.Intake.Deidentification"] = "a draft, which the store gives its name",
        ["Tat.Samples.Service.Series.FolderWatch"] = "a copy, which Disk.Place gives its name",
        ["Tat.Samples.Service.Series.SeriesReceiver"] = "copies, in a folder that counts when its series is written down",
    };

    [TestMethod]
    public void Only_the_owner_of_writing_moves_files_or_opens_them_for_writing()
    {
        var owner = typeof(AtomicFile).Namespace!;
        string[] wrong =
        [
            .. Calls().Where(call => !call.Type.StartsWith(owner, StringComparison.Ordinal)
                    && (_moves.Any(call.Method.Contains) && !IsIn(_movers, call.Type)
                        || _writes.Any(call.Method.Contains) && !IsIn(_others, call.Type)))
                .Select(call => $"{call.Type} calls {call.Method}").Distinct(),
        ];
        Assert.IsEmpty(wrong, $"Write results through AtomicFile or AtomicFolder:\n{string.Join('\n', wrong)}");
    }

    /// <summary>What is left in such a place when a process is killed, the next one finds and removes.</summary>
    [TestMethod]
    public void Temporary_files_have_few_owners()
    {
        string[] owners =
        [
            typeof(WorkFolder).FullName!, "Tat.Torch.Files.PrivateFile",
            "Tat.MLNet.Training.GoodScans", // hands the folder to a PrivateFile
            "Tat.MLNet.FoDicom.StoreService", // what arrives, where no folder is given for it
            "Tat.Torch.Training.TrainingLoop", // keeps what a training has learnt where no folder is given for it,
            "Tat.Samples.Shared.Training.TrainingCheckpoints", // or where the folder that is given cannot be written any more
        ];
        CollectionAssert.AreEquivalent(owners, Calls()
            .Where(call => _temporary.Any(call.Method.Contains)).Select(call => call.Type.Split('/')[0]).Distinct().ToArray());
    }

    [TestMethod]
    public void The_list_of_exceptions_has_none_too_many()
    {
        string[] unused = [.. Unused(_movers, _moves), .. Unused(_others, _writes)];
        Assert.IsEmpty(unused, $"No longer needed: {string.Join(", ", unused)}");
    }

    private static bool IsIn(Dictionary<string, string> exceptions, string type) =>
        exceptions.Keys.Any(exception => type.StartsWith(exception, StringComparison.Ordinal));

    private static IEnumerable<string> Unused(Dictionary<string, string> exceptions, string[] methods)
    {
        string[] types = [.. Calls().Where(call => methods.Any(call.Method.Contains)).Select(call => call.Type).Distinct()];
        return exceptions.Keys.Where(exception => !types.Any(type => type.StartsWith(exception, StringComparison.Ordinal)));
    }

    private static IEnumerable<(string Type, string Method)> Calls()
    {
        foreach (var name in Rooms.Assemblies.Keys)
        {
            using var assembly = AssemblyDefinition.ReadAssembly(Path.Combine(AppContext.BaseDirectory, $"{name}.dll"));
            foreach (var type in assembly.MainModule.GetAllTypes())
            {
                foreach (var instruction in type.Methods.Where(method => method.HasBody).SelectMany(method => method.Body.Instructions))
                {
                    if (instruction.OpCode.Code is Code.Call or Code.Callvirt or Code.Newobj or Code.Ldftn
                        && instruction.Operand is MethodReference called)
                    {
                        yield return (type.FullName, called.FullName);
                    }
                }
            }
        }
    }
}
