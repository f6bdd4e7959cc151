using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tat.Torch.Files.Writing;

/// <summary>
/// How results that no single step can put in place get there, so that a process that ends in between is made up for by the next one.
/// </summary>
/// <param name="staging">The hidden folder that the results are in.</param>
/// <param name="folder">The folder that they go to.</param>
/// <param name="names">Their names, that which a reader looks for first at the end.</param>
internal sealed class Plan(string staging, string folder, IReadOnlyList<string> names)
{
    private const string FileName = "plan";

    /// <summary>Where a result is until it is complete; its name is in it, because messages show it.</summary>
    public static string PathOf(string staging, int index, string name) =>
        Path.Combine(staging, FormattableString.Invariant($"{index}-{name[..Math.Min(60, name.Length)]}"));

    /// <summary>The plan that a process has left unfinished; <see langword="null"/> where there is none.</summary>
    public static Plan? Read(string staging, string folder)
    {
        var path = Path.Combine(staging, FileName);
        if (!RegularFile.Exists(path))
        {
            return null;
        }

        try
        {
            // Names alone: a file that others have made up cannot reach other folders.
            var names = JsonSerializer.Deserialize(RegularFile.ReadAllText(path), PlanJson.Default.StringArray);
            return names is { Length: > 0 } && names.All(name => name is not (null or "" or "." or "..") && Path.GetFileName(name) == name)
                ? new(staging, folder, names)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes the plan down and carries it out; where that fails, everything is as it was.</summary>
    public void Run()
    {
        var path = Path.Combine(staging, FileName);
        File.WriteAllText(path + ".new", JsonSerializer.Serialize([.. names], PlanJson.Default.StringArray));
        Disk.Flush(path + ".new");
        File.Move(path + ".new", path);
        Disk.FlushFolder(staging);
        Disk.FlushFolder(folder); // which the hidden folder is in
        try
        {
            Continue();
        }
        catch
        {
            TakeBack();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Carries out what is still to be done. In between a result is absent, and never half old and half new.</summary>
    public void Continue()
    {
        MoveOldAway();
        MoveNewIn();
    }

    /// <summary>The first half: what new results replace is absent from then on.</summary>
    public void MoveOldAway()
    {
        for (var i = names.Count - 1; i >= 0; i--)
        {
            if (Exists(Staged(i)) && Exists(Final(i)))
            {
                Move(Final(i), Old(i));
            }
        }

        Disk.FlushFolder(folder);
    }

    /// <summary>The second half.</summary>
    public void MoveNewIn()
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (Exists(Staged(i)))
            {
                Move(Staged(i), Final(i));
            }
        }

        Disk.FlushFolder(folder);
    }

    /// <summary>Undoes both halves, however far they went.</summary>
    public void TakeBack()
    {
        for (var i = names.Count - 1; i >= 0; i--)
        {
            if (!Exists(Staged(i)) && Exists(Final(i)))
            {
                Move(Final(i), Staged(i));
            }
        }

        for (var i = 0; i < names.Count; i++)
        {
            if (Exists(Old(i)) && !Exists(Final(i)))
            {
                Move(Old(i), Final(i));
            }
        }
    }

    private string Staged(int index) => PathOf(staging, index, names[index]);

    private string Old(int index) => Staged(index) + ".old";

    private string Final(int index) => Path.Combine(folder, names[index]);

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    private static void Move(string from, string to)
    {
        if (Directory.Exists(from))
        {
            Directory.Move(from, to);
        }
        else
        {
            File.Move(from, to, overwrite: true);
        }
    }
}

/// <summary>How plans are read and written.</summary>
[JsonSerializable(typeof(string[]))]
internal sealed partial class PlanJson : JsonSerializerContext;
