using Tat.Torch.Runtime;

namespace Tat.Tests.Runtime;

[TestClass]
public sealed class BudgetGateTests
{
    [TestMethod]
    public void Work_that_fits_runs_together_and_the_rest_waits_in_order()
    {
        var gate = new BudgetGate(100);
        var first = gate.Enter(60, CancellationToken.None);
        var second = gate.Enter(40, CancellationToken.None);
        var third = Task.Run(() => gate.Enter(50, CancellationToken.None));
        Assert.IsFalse(third.Wait(50));
        second.Dispose();
        Assert.IsFalse(third.Wait(50));
        first.Dispose();
        third.Result.Dispose();
    }

    [TestMethod]
    public void Work_larger_than_the_budget_runs_alone()
    {
        var gate = new BudgetGate(100);
        using (gate.Enter(1000, CancellationToken.None))
        {
            Assert.IsFalse(Task.Run(() => gate.Enter(1, CancellationToken.None)).Wait(50));
        }
    }

    [TestMethod]
    public void A_cancelled_wait_lets_those_behind_it_pass()
    {
        var gate = new BudgetGate(100);
        using var held = gate.Enter(60, CancellationToken.None);
        using var cancel = new CancellationTokenSource();
        var large = Task.Run(() => gate.Enter(80, cancel.Token));
        Assert.IsFalse(large.Wait(50));
        var small = Task.Run(() => gate.Enter(40, CancellationToken.None));
        Assert.IsFalse(small.Wait(50));
        cancel.Cancel();
        small.Result.Dispose();
        Assert.ThrowsExactly<OperationCanceledException>(() => large.GetAwaiter().GetResult());
    }
}
