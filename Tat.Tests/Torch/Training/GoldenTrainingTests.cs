using Tat.Tests.Model;
using Tat.Torch.Data;
using Tat.Torch.Losses;
using Tat.Torch.Tasks;
using Tat.Torch.Training;
using Tat.Torch.Training.Optimization;
using Tat.Torch.Training.Steps;
using TorchSharp;
using static TorchSharp.torch;

namespace Tat.Tests.Training;

/// <summary>Loss, gradients and optimiser steps against the published program.</summary>
[TestClass]
public sealed class GoldenTrainingTests
{
    private const double Tolerance = 1e-5;

    private static readonly TatTrainerOptions _options = new() { BatchSizePerTask = 2, PatchSize = 32 };

    [TestMethod]
    public void Errors_weights_and_terms_of_a_batch_match()
    {
        using var scope = NewDisposeScope();
        using var golden = new GoldenVectors();
        using var state = CreateState(golden, _options);
        using var balancer = new TaskAdaptiveLossBalancer(1);
        Load(balancer, golden);
        var errors = SampleErrors.Of(golden["in.train"], golden["out.train"], golden["label.train"]);
        var balanced = balancer.Balance(errors, [0, 0]);
        GoldenVectors.AssertClose(golden["loss.input"], errors.Input, Tolerance, "|input − label|");
        GoldenVectors.AssertClose(golden["loss.change"], errors.Change, Tolerance, "|input − restored|");
        GoldenVectors.AssertClose(golden["loss.restored"], errors.Restored, Tolerance, "|restored − label|");
        GoldenVectors.AssertClose(golden["loss.u"], balanced.Weights, Tolerance, "u");
        GoldenVectors.AssertClose(golden["loss.term"], balanced.Terms.detach(), Tolerance, "terms");
        GoldenVectors.AssertClose(golden["loss.total"], balanced.Terms.detach().mean([0], true), Tolerance, "total");

        using var fresh = new TaskAdaptiveLossBalancer(42);
        var initial = fresh.Balance(errors, [0, 0]);
        GoldenVectors.AssertClose(
            golden["loss.total_init"], initial.Terms.detach().mean([0], true), Tolerance, "total of a fresh estimator");
        GoldenVectors.AssertClose(ones(2), initial.Weights, 0, "u of a fresh estimator");
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    public void All_gradients_match_whether_taken_at_once_or_accumulated(int microBatch)
    {
        using var scope = NewDisposeScope();
        using var golden = new GoldenVectors();
        using var state = CreateState(golden, _options with { MicroBatchSize = microBatch });
        var result = state.Step(Batch(golden, 1), 0);
        Assert.AreEqual(golden["loss.total"].item<float>(), result.Loss, Tolerance);

        var byName = state.Parameters.Layout.ToDictionary(
            slot => slot.Name, slot => FlatParameters.ViewOf(state.Parameters.Gradients!, slot));
        foreach (var name in golden.Names.Where(name => name.StartsWith("grad.", StringComparison.Ordinal)))
        {
            GoldenVectors.AssertClose(golden[name], byName[$"network.{name[5..]}"], Tolerance, name);
        }

        foreach (var name in golden.Names.Where(name => name.StartsWith("gradawl.", StringComparison.Ordinal)))
        {
            GoldenVectors.AssertClose(golden[name], byName[$"balancer.{name[8..]}"], Tolerance, name);
        }

        var names = golden.Metadata["gradnorm_names"].Split(' ');
        var norms = stack(names.Select(name => byName[$"network.{name}"].norm()));
        GoldenVectors.AssertClose(golden["gradnorm.all"], norms, Tolerance, "norms of all gradients");
    }

    [TestMethod]
    public void Four_optimiser_steps_match()
    {
        using var scope = NewDisposeScope();
        using var golden = new GoldenVectors();
        using var state = CreateState(golden, _options);
        var losses = Enumerable.Range(1, 4).Select(step => (float)state.Step(Batch(golden, step), 2e-4).Loss).ToArray();
        GoldenVectors.AssertClose(golden["step.loss"], tensor(losses), Tolerance, "losses of four steps");
        foreach (var name in golden.Names.Where(name => name.StartsWith("step.w.", StringComparison.Ordinal)))
        {
            var slot = state.Parameters.Layout.Single(slot => slot.Name == $"network.{name[7..]}");
            GoldenVectors.AssertClose(golden[name], FlatParameters.ViewOf(state.Parameters.Values, slot), Tolerance, name);
        }
    }

    [TestMethod]
    public void The_estimator_has_the_published_names_and_number_of_parameters()
    {
        using var balancer = new TaskAdaptiveLossBalancer(1);
        Assert.AreEqual(8577, balancer.NamedParameters.Sum(named => named.Parameter.numel()));
        using var golden = new GoldenVectors();
        CollectionAssert.AreEquivalent(
            golden.Names.Where(name => name.StartsWith("awl.", StringComparison.Ordinal)).Select(name => name[4..]).ToList(),
            balancer.NamedParameters.Select(named => named.Name).ToList());
    }

    [TestMethod]
    public void Network_loss_and_step_run_in_double_precision_and_agree_with_single()
    {
        using var scope = NewDisposeScope();
        using var golden = new GoldenVectors();
        using var single = CreateState(golden, _options);
        using var twice = CreateState(golden, _options, ScalarType.Float64);
        for (var step = 1; step <= 2; step++)
        {
            var batch = Batch(golden, step);
            Assert.AreEqual(single.Step(batch, 2e-4).Loss, twice.Step(batch, 2e-4).Loss, Tolerance);
        }

        Assert.AreEqual(ScalarType.Float64, twice.Parameters.Gradients!.dtype);

        // AdamW divides gradients by their own size, so the rounding of a gradient near zero moves its weight by up to the rate, 2e-4.
        GoldenVectors.AssertClose(single.Average.Values, twice.Average.Values, 1e-4, "averaged weights");
    }

    [TestMethod]
    public void Gradients_of_recomputed_blocks_are_the_same()
    {
        using var scope = NewDisposeScope();
        using var golden = new GoldenVectors();
        using var kept = CreateState(golden, _options);
        using var recomputed = CreateState(golden, _options with { ActivationCheckpointing = true });
        Assert.AreEqual(kept.Step(Batch(golden, 1), 0).Loss, recomputed.Step(Batch(golden, 1), 0).Loss);
        foreach (var slot in kept.Parameters.Layout)
        {
            GoldenVectors.AssertClose(FlatParameters.ViewOf(kept.Parameters.Gradients!, slot),
                FlatParameters.ViewOf(recomputed.Parameters.Gradients!, slot), 1e-7, slot.Name);
        }
    }

    [TestMethod]
    public void In_bfloat16_the_gradients_are_those_of_single_precision_within_its_accuracy()
    {
        using var scope = NewDisposeScope();
        using var golden = new GoldenVectors();
        using var single = CreateState(golden, _options);
        using var half = CreateState(golden, _options with { BFloat16 = true });
        Assert.AreEqual(single.Step(Batch(golden, 1), 0).Loss, half.Step(Batch(golden, 1), 0).Loss, 0.01);
        var cosine = (single.Parameters.Gradients! * half.Parameters.Gradients!).sum()
            / (single.Parameters.Gradients!.norm() * half.Parameters.Gradients!.norm());
        Console.WriteLine($"cosine {cosine.ToDouble()}, difference "
            + $"{((single.Parameters.Gradients! - half.Parameters.Gradients!).norm() / single.Parameters.Gradients!.norm()).ToDouble()}");
        Assert.IsGreaterThan(0.98, cosine.ToDouble());
        Assert.AreEqual(ScalarType.Float32, half.Parameters.Values.dtype);
    }

    private static TrainingState CreateState(GoldenVectors golden, TatTrainerOptions options, ScalarType dtype = ScalarType.Float32)
    {
        var state = new TrainingState(GoldenVectors.Options, new TaskVocabulary(RestorationTask.Ct), options, dtype);
        using var noGrad = no_grad();
        foreach (var slot in state.Parameters.Layout)
        {
            var name = slot.Name.Replace("network.", "w.", StringComparison.Ordinal).Replace("balancer.", "awl.", StringComparison.Ordinal);
            using var view = FlatParameters.ViewOf(state.Parameters.Values, slot);
            view.copy_(golden[name]);
        }

        return state;
    }

    private static void Load(ILossBalancer balancer, GoldenVectors golden)
    {
        using var noGrad = no_grad();
        foreach (var (name, parameter) in balancer.NamedParameters)
        {
            parameter.copy_(golden[$"awl.{name}"]);
        }
    }

    private static TrainingBatch Batch(GoldenVectors golden, long iteration)
    {
        var batch = new TrainingBatch(iteration, 2, 32);
        golden["in.train"].data<float>().CopyTo(batch.LowQuality);
        golden["label.train"].data<float>().CopyTo(batch.HighQuality);
        return batch;
    }
}
