namespace Tat.Torch.Runtime.Loading;

/// <summary>How the threads of an operator wait for each other, on Linux.</summary>
/// <remarks>
/// GCC's OpenMP lets a thread that waits keep its core for milliseconds before it sleeps. On a machine that is busy with something else,
/// too, the thread that is waited for gets no core meanwhile, and every operator takes that long. A tenth of OpenMP's own time to wait
/// costs some percent where the machine is quiet.
/// </remarks>
internal static class OpenMp
{
    private const string SpinCount = "GOMP_SPINCOUNT", WaitPolicy = "OMP_WAIT_POLICY";
    private const string BriefSpin = "30000";

    /// <summary>
    /// Makes waiting threads sleep soon, unless the environment says how they wait. Must come before LibTorch is loaded, which reads the
    /// environment once.
    /// </summary>
    public static void SleepSoon()
    {
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable(WaitPolicy) is null)
        {
            NativeEnvironment.SetDefault(SpinCount, BriefSpin);
        }
    }
}
