using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Tat.MLNet.Formats;
using Tat.MLNet.Scans;
using Tat.Samples.Shared;
using Tat.Samples.Shell;
using Tat.Torch.Files;
using Tat.Torch.Model;
using Tat.Torch.Pretrained;

namespace Tat.Samples.Commands;

/// <summary><c>inspect FILE…</c>: what an image or a model is.</summary>
internal static class InspectCommand
{
    public static Command Create(Terminal terminal)
    {
        var files = CommonOptions.Paths(
            "file", "Images (files, or folders that contain a series) and models; none for the bundled model.");
        files.Arity = ArgumentArity.ZeroOrMore;
        var suv = new Option<bool>("--suv") { Description = "Show PET in SUV instead of the stored quantity." };
        var reading = new ReadingOptions();
        var json = CommonOptions.Json();
        var command = new Command("inspect", "Prints the size, values and geometry of images, and the card of models.")
        {
            files, suv, json,
        };
        reading.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var options = reading.Of(parsed) with { Pet = parsed.GetValue(suv) ? PetQuantity.Suv : PetQuantity.AsStored };
            return Task.FromResult(Run(terminal, parsed.GetValue(files) is { Length: > 0 } given ? given : [TatPretrained.Name], options,
                parsed.GetValue(json), Check, cancellationToken));

            void Check(IReadOnlyList<ScanSource> scans)
            {
                OptionUse.CheckDicom(parsed, reading.All, scans);
                OptionUse.CheckPet(parsed, suv, scans);
            }
        });
        return command;
    }

    private static int Run(Terminal terminal, string[] files, ImageReadOptions options, bool json, Action<IReadOnlyList<ScanSource>> check,
        CancellationToken cancellationToken)
    {
        var facts = new List<object>();
        var failures = 0;
        var all = files.Select(file =>
            (File: file, Found: ModelFiles.IsModelName(file) || TatPretrained.IsMeantBy(file) ? null : Find(file))).ToList();
        if (failures == 0)
        {
            check([.. all.SelectMany(one => one.Found?.Scans ?? [])]);
        }

        foreach (var (file, found) in all)
        {
            if (ModelFiles.IsModelName(file) || TatPretrained.IsMeantBy(file))
            {
                Add(file, () => ModelFacts.Of(file));
            }
            else if (found is not null)
            {
                foreach (var scan in found.Scans)
                {
                    Add(scan.Path, () => ImageFacts.Of(scan, cancellationToken));
                }

                facts.AddRange(LeftOutFacts.Of(found.LeftOut.Concat(found.Scans.SelectMany(scan => scan.LeftOut))));
                foreach (var leftOut in found.LeftOut)
                {
                    terminal.Error(leftOut.ToString());
                }
            }
        }

        if (json)
        {
            terminal.Json(facts);
        }

        return failures == 0 ? ExitCodes.Done : ExitCodes.Failed;

        FoundScans? Find(string path)
        {
            FoundScans? found = null;
            Try(() => found = ScanFinder.Find([path], options, cancellationToken));
            return found;
        }

        void Add(string title, Func<object> read) => Try(() =>
        {
            facts.Add(read());
            if (!json)
            {
                terminal.Line(title);
                terminal.Write(new Padder(Describe(facts[^1])).Padding(2, 0, 0, 1));
            }
        });

        void Try(Action action)
        {
            try
            {
                action();
            }
            catch (Exception exception) when (exception is IOException or InvalidDataException)
            {
                failures++;
                terminal.Error(FailureText.Of(exception));
            }
        }
    }

    private static Grid Describe(object facts)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var (name, value) in facts is ModelFacts model ? Rows(model) : Rows((ImageFacts)facts))
        {
            if (!string.IsNullOrEmpty(value))
            {
                grid.AddRow(new Text(name), new Text(value));
            }
        }

        return grid;
    }

    private static IEnumerable<(string Name, string? Value)> Rows(ImageFacts image)
    {
        var unit = image.Unit is null ? "" : " " + image.Unit;
        return
        [
            ("Format", image.Format),
            ("Series", image.Series),
            ("Modality", image.Modality),
            ("Size", $"{image.Rows} rows x {image.Columns} columns, {MessageText.Amount(image.Frames, "slice")}"),
            ("Values", FormattableString.Invariant(
                $"{image.Min:G7} to {image.Max:G7}{unit}, mean {image.Mean:G7}, standard deviation {image.Std:G7}")),
            ("Not a number", image.NonFinite > 0 ? $"{MessageText.Amount(image.NonFinite, "pixel")}, left out above" : null),
            ("Spacing", SpacingOf(image.Geometry)),
            .. image.Geometry.Properties.Select(property => (property.Key, (string?)property.Value)),
            .. image.Warnings.Select(warning => ("Restoring", (string?)warning)),
        ];
    }

    /// <summary>The distances that are recorded, those of rows and columns first.</summary>
    private static string? SpacingOf(ImageGeometry geometry)
    {
        (string Name, double? Value)[] known = [.. new[] { ("rows", geometry.RowSpacing), ("columns", geometry.ColumnSpacing), ("slices",
            geometry.SliceSpacing) }.Where(spacing => spacing.Item2 is not null)];
        return known.Length == 0
            ? null
            : $"{string.Join(" x ", known.Select(spacing => FormattableString.Invariant($"{spacing.Value:G6}")))} mm "
                + $"({string.Join(", ", known.Select(spacing => spacing.Name))})";
    }

    private static IEnumerable<(string Name, string? Value)> Rows(ModelFacts model) =>
    [
        .. model.Tasks.Select(task => (task.Name, (string?)task.Describe())),
        ("Architecture", model.Architecture),
        ("Parameters", model.Parameters.ToString("N0", CultureInfo.InvariantCulture)),
        ("Name", model.Card.Name is null ? null : model.Card.Title),
        ("Licence", model.Card.Licence),
        ("Data", model.Card.Data),
        ("Pairs", string.Join(", ", model.Card.TrainingPairs.Select(pairs => $"{pairs.Key} {pairs.Value}"))),
        ("Iterations", model.Card.Iterations > 0 ? model.Card.Iterations.ToString(CultureInfo.InvariantCulture) : null),
        ("Started from", model.Card.InitialWeights),
        ("Trained", model.Card.Trained?.ToString("u", CultureInfo.InvariantCulture)),
        .. model.Card.Validation.Select(score => ($"Validation {score.Key}", (string?)FormattableString.Invariant(
            $"PSNR {score.Value.Psnr:F2} dB, SSIM {score.Value.Ssim:F4}, RMSE {score.Value.Rmse:G4} over ")
            + MessageText.Amount(score.Value.Images, "image"))),
        .. model.Card.Ranges.Select(range =>
            ($"Trained for {range.Key}", (string?)Describe(range.Value, model.Tasks.FirstOrDefault(task => task.Name == range.Key)?.Unit))),
        .. model.Card.KeepsMeans.Select(means => ($"Means of {means.Key}", (string?)Describe(means.Value))),
        .. model.Card.Margins.Select(margin => ($"Margins of {margin.Key}", (string?)Describe(margin.Value))),
        .. model.Card.Sources.Select(source => ("Source", (string?)source)),
        .. model.Card.Limits.Select(limit => ("Limit", (string?)limit)),
        ("SHA-256", $"{model.Sha256} ({model.Bytes} bytes)"),
        ("Written by", $"TAT for ML.NET {model.Card.ProductVersion}"),
        .. model.Card.Training.Select(option => (option.Key, (string?)option.Value)),
    ];

    private static string Describe(KeptMeans means) =>
        FormattableString.Invariant($"those of the image, over a Gaussian of {means.All:G4} pixels and more")
            + (means.Outstanding is { } outstanding
                ? FormattableString.Invariant($", and over {outstanding:G4} and more what stands out of the noise") : "")
            + (means.Peaks is { } peaks ? FormattableString.Invariant($", with its peaks over {peaks:G4}") : "");

    private static string Describe(MarginFactors margin) => string.Create(CultureInfo.InvariantCulture,
        $"{margin.Spread:G4} · spread + {margin.Signal:G4} · √value; held {100 * margin.Coverage:F1} % of the values of "
        + $"{MessageText.Amount(margin.Scans, "scan")}");

    private static string Describe(InputRange range, string? unit) => string.Join("; ", new[]
    {
        range.Degradation,
        range.MostNoise is null
            ? null
            : FormattableString.Invariant($"noise of {range.LeastNoise:0.####} to {range.MostNoise:0.####} {unit}"),
        range.LargestPixel is null
            ? null
            : FormattableString.Invariant($"pixels of {range.SmallestPixel:0.####} to {range.LargestPixel:0.####} mm"),
    }.OfType<string>());
}
