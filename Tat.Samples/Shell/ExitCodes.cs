namespace Tat.Samples.Shell;

/// <summary>What a command ends with.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>Failed or cancelled.</summary>
    public const int Failed = 1;

    public const int WrongUsage = 2;
}
