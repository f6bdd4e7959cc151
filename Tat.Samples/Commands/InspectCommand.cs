using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Tat.MLNet.Formats;
using Tat.Samples.Shell;

namespace Tat.Samples.Commands;

/// <summary><c>inspect FILE…</c>: what an image or a model is.</summary>
internal static class InspectCommand
{
    public static Command Create(Terminal terminal)
    {
        var files = CommonOptions.Paths("file", "Images (files, or folders that hold a series) and models.");
        var suv = new Option<bool>("--suv") { Description = "Show PET in SUV instead of as it is stored." };
        var reading = new ReadingOptions();
        var json = CommonOptions.Json();
        var command = new Command("inspect", "Prints size, values and geometry of images, and the card of models.") { files, suv, json };
        reading.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var options = reading.Of(parsed) with { Pet = parsed.GetValue(suv) ? PetQuantity.Suv : PetQuantity.AsStored };
            return Task.FromResult(Run(terminal, parsed.GetRequiredValue(files), options, parsed.GetValue(json), cancellationToken));
        });
        return command;
    }

    private static int Run(Terminal terminal, string[] files, ImageReadOptions options, bool json, CancellationToken cancellationToken)
    {
        var facts = new List<object>();
        var failures = 0;
        foreach (var file in files)
        {
            try
            {
                var fact = ImageFacts.Of(file, options, cancellationToken);
                facts.Add(fact);
                if (!json)
                {
                    Print(terminal, fact);
                }
            }
            catch (IOException exception)
            {
                terminal.Error(exception.Message);
                failures++;
            }
        }

        if (json && facts.Count > 0)
        {
            terminal.Json(files.Length == 1 ? facts[0] : facts);
        }

        return failures == 0 ? CommandLine.Done : CommandLine.Failed;
    }

    private static void Print(Terminal terminal, ImageFacts image)
    {
        var unit = image.Unit is null ? "" : " " + image.Unit;
        var grid = new Grid().AddColumn().AddColumn();
        void Row(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                grid.AddRow(new Text(name), new Text(value));
            }
        }

        Row("Format", image.Format);
        Row("Modality", image.Modality);
        Row("Size", $"{image.Rows} rows x {image.Columns} columns, {image.Frames} {(image.Frames == 1 ? "slice" : "slices")}");
        Row("Values", string.Create(CultureInfo.InvariantCulture, $"{image.Min:G7} to {image.Max:G7}{unit}, mean {image.Mean:G7}, standard deviation {image.Std:G7}"));
        Row("Not a number", image.NonFinite > 0 ? $"{image.NonFinite} pixels, left out above" : null);
        Row("Spacing", string.Create(CultureInfo.InvariantCulture, $"{image.Geometry.RowSpacing:G6} x {image.Geometry.ColumnSpacing:G6} x {image.Geometry.SliceSpacing:G6} mm (rows, columns, slices)"));
        foreach (var (name, value) in image.Geometry.Properties)
        {
            Row(name, value);
        }

        terminal.Line(image.File);
        terminal.Write(new Padder(grid).Padding(2, 0, 0, 1));
    }
}
