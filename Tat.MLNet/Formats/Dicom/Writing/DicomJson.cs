using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Tat.MLNet.Formats.Dicom.Model;

namespace Tat.MLNet.Formats.Dicom.Writing;

/// <summary>Writes data sets in the DICOM JSON Model (PS3.18, annex F).</summary>
internal static class DicomJson
{
    private static readonly string[] _groups = ["Alphabetic", "Ideographic", "Phonetic"];

    /// <summary>Writes a data set as an object of elements; text is UTF-8, whatever it was.</summary>
    public static void Write(Utf8JsonWriter writer, DicomDataSet dataSet)
    {
        writer.WriteStartObject();
        foreach (var element in dataSet.Where(element => !element.Tag.IsGroupLength))
        {
            writer.WriteStartObject($"{element.Tag.Value:X8}");
            writer.WriteString("vr", element.Vr == DicomVr.None ? "UN" : $"{element.Vr}");
            WriteValue(writer, dataSet, element);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter writer, DicomDataSet dataSet, DicomElement element)
    {
        if (element.Items is { } items)
        {
            WriteArray(writer, items, item => Write(writer, item));
        }
        else if (element.Tag == Tags.SpecificCharacterSet)
        {
            WriteArray(writer, ["ISO_IR 192"], writer.WriteStringValue);
        }
        else if (element.Vr == DicomVr.AT)
        {
            WriteArray(writer, element.Value.Chunk(4).Where(tag => tag.Length == 4), tag => writer.WriteStringValue(
                $"{BinaryPrimitives.ReadUInt16LittleEndian(tag):X4}{BinaryPrimitives.ReadUInt16LittleEndian(tag.AsSpan(2)):X4}"));
        }
        else if (element.Vr is DicomVr.FL or DicomVr.FD or DicomVr.SL or DicomVr.SS or DicomVr.UL or DicomVr.US or DicomVr.SV or DicomVr.UV)
        {
            WriteArray(writer, dataSet.GetStrings(element.Tag), text => WriteNumber(writer, text));
        }
        else if (element.Vr.IsText())
        {
            WriteArray(writer, dataSet.GetStrings(element.Tag), text => WriteText(writer, element.Vr, text));
        }
        else if (element.Value.Length > 0)
        {
            writer.WriteBase64String("InlineBinary", element.Value);
        }
    }

    private static void WriteText(Utf8JsonWriter writer, DicomVr vr, string text)
    {
        if (text.Length == 0)
        {
            writer.WriteNullValue();
        }
        else if (vr == DicomVr.PN)
        {
            writer.WriteStartObject();
            foreach (var (name, group) in _groups.Zip(text.Split('=')).Where(pair => pair.Second.Length > 0))
            {
                writer.WriteString(name, group);
            }

            writer.WriteEndObject();
        }
        else if (vr is DicomVr.DS or DicomVr.IS)
        {
            WriteNumber(writer, text);
        }
        else
        {
            writer.WriteStringValue(text);
        }
    }

    /// <summary>JSON has no number for what is infinite, or none.</summary>
    private static void WriteNumber(Utf8JsonWriter writer, string text)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteStringValue(text switch { "Infinity" => "inf", "-Infinity" => "-inf", _ => text });
        }
    }

    private static void WriteArray<T>(Utf8JsonWriter writer, IEnumerable<T> values, Action<T> write)
    {
        // An element without a value has no array either.
        var isOpen = false;
        foreach (var value in values)
        {
            if (!isOpen)
            {
                writer.WriteStartArray("Value");
                isOpen = true;
            }

            write(value);
        }

        if (isOpen)
        {
            writer.WriteEndArray();
        }
    }
}
