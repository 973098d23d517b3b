using System.Text.Json;

namespace AttentionDsl.Runtime;

/// <summary>One tensor of a safetensors header.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type it is read as.</param>
/// <param name="Widen">True if the file has 32-bit integers, read as 64-bit ones.</param>
/// <param name="Shape">Lengths of the axes.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">One past the last byte.</param>
internal sealed record SafeTensorsEntry(string Name, DataType Type, bool Widen, long[] Shape, long Begin, long End);

/// <summary>Reads the JSON header of a safetensors file and refuses everything the format does not allow.</summary>
internal static class SafeTensorsHeader
{
    /// <summary>The entries in the order of their bytes.</summary>
    /// <param name="header">The JSON text.</param>
    /// <param name="available">Bytes that follow the header.</param>
    /// <param name="source">How messages call the file.</param>
    /// <param name="metadata">The text under <c>__metadata__</c>.</param>
    public static List<SafeTensorsEntry> Parse(byte[] header, long available, string source, out Dictionary<string, string> metadata)
    {
        using JsonDocument document = ParseJson(header, source);
        try
        {
            return Parse(document, available, source, out metadata);
        }
        catch (InvalidOperationException exception)
        {
            // JsonDocument decodes strings when they are read, and only then refuses bytes that are no text.
            throw SafeTensors.Malformed(source, "expected a header in UTF-8, but a string in it is not", exception);
        }
    }

    private static List<SafeTensorsEntry> Parse(JsonDocument document, long available, string source, out Dictionary<string, string> metadata)
    {
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw SafeTensors.Malformed(source, $"expected a header that is a JSON object, but it is a JSON {document.RootElement.ValueKind}");
        }

        metadata = [];
        var entries = new List<SafeTensorsEntry>();
        foreach (JsonProperty property in document.RootElement.EnumerateObject())
        {
            if (property.Name == SafeTensors.MetadataName)
            {
                ReadMetadata(property.Value, source, metadata);
            }
            else
            {
                entries.Add(ReadEntry(property, source));
            }
        }

        entries.Sort((a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin) : a.End.CompareTo(b.End));
        RequireNoGaps(entries, available, source);
        return entries;
    }

    private static JsonDocument ParseJson(byte[] header, string source)
    {
        try
        {
            return JsonDocument.Parse(header, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException exception)
        {
            throw SafeTensors.Malformed(source, $"expected a header that is JSON without duplicate names, but {exception.Message.TrimEnd('.')}", exception);
        }
    }

    private static void ReadMetadata(JsonElement value, string source, Dictionary<string, string> metadata)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw SafeTensors.Malformed(source, $"expected '{SafeTensors.MetadataName}' to be an object of strings, but it is a JSON {value.ValueKind}");
        }

        foreach (JsonProperty text in value.EnumerateObject())
        {
            if (text.Value.ValueKind != JsonValueKind.String)
            {
                throw SafeTensors.Malformed(source, $"expected '{SafeTensors.MetadataName}' to be an object of strings, but '{text.Name}' is a JSON {text.Value.ValueKind}");
            }

            metadata.Add(text.Name, text.Value.GetString()!);
        }
    }

    private static SafeTensorsEntry ReadEntry(JsonProperty property, string source)
    {
        string name = property.Name;
        if (property.Value.ValueKind != JsonValueKind.Object)
        {
            throw Bad(source, name, "an object with dtype, shape and data_offsets", $"a JSON {property.Value.ValueKind}");
        }

        if (!property.Value.TryGetProperty("dtype", out JsonElement dtype) || dtype.ValueKind != JsonValueKind.String)
        {
            throw Bad(source, name, "a string 'dtype'", "none");
        }

        (DataType type, int bytes) = dtype.GetString() switch
        {
            "F32" => (DataType.Float32, 4),
            "F64" => (DataType.Float64, 8),
            "F16" => (DataType.Float16, 2),
            "BF16" => (DataType.BFloat16, 2),
            "I64" => (DataType.Int64, 8),
            "I32" => (DataType.Int64, 4),
            string other => throw Bad(source, name, "dtype F32, F64, F16, BF16, I64 or I32", $"'{other}'"),
            null => throw Bad(source, name, "a string 'dtype'", "none"),
        };

        long[] shape = Numbers(property.Value, "shape", source, name);
        long[] offsets = Numbers(property.Value, "data_offsets", source, name);
        if (offsets.Length != 2 || offsets[0] > offsets[1])
        {
            throw Bad(source, name, "'data_offsets' [begin, end] with begin <= end", $"[{string.Join(", ", offsets)}]");
        }

        UInt128 wanted = (UInt128)bytes;
        foreach (long length in shape)
        {
            wanted *= (UInt128)length;
            if (wanted > long.MaxValue)
            {
                throw Bad(source, name, "a shape of less than 2^63 bytes", $"[{string.Join(", ", shape)}]");
            }
        }

        if (wanted != (UInt128)(offsets[1] - offsets[0]))
        {
            throw Bad(source, name, $"{wanted} bytes for {dtype.GetString()} [{string.Join(", ", shape)}]", $"{offsets[1] - offsets[0]} bytes (data_offsets [{string.Join(", ", offsets)}])");
        }

        return new SafeTensorsEntry(name, type, bytes != Tensor.SizeOf(type), shape, offsets[0], offsets[1]);
    }

    private static long[] Numbers(JsonElement entry, string key, string source, string name)
    {
        if (!entry.TryGetProperty(key, out JsonElement list) || list.ValueKind != JsonValueKind.Array)
        {
            throw Bad(source, name, $"an array '{key}'", "none");
        }

        var numbers = new long[list.GetArrayLength()];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (list[i].ValueKind != JsonValueKind.Number || !list[i].TryGetInt64(out numbers[i]) || numbers[i] < 0)
            {
                throw Bad(source, name, $"'{key}' to hold whole numbers that are not negative", list[i].GetRawText());
            }
        }

        return numbers;
    }

    private static void RequireNoGaps(List<SafeTensorsEntry> entries, long available, string source)
    {
        long at = 0;
        string before = "the header";
        foreach (SafeTensorsEntry entry in entries)
        {
            if (entry.End > available)
            {
                throw Bad(source, entry.Name, $"bytes [{entry.Begin}, {entry.End}) of the data", $"only {available} bytes: the file is truncated");
            }

            if (entry.Begin != at)
            {
                string problem = entry.Begin < at ? "they overlap" : "bytes between them belong to no tensor";
                throw Bad(source, entry.Name, $"data that begins at byte {at}, where '{before}' ends", $"{entry.Begin}: {problem}");
            }

            at = entry.End;
            before = entry.Name;
        }

        if (at != available)
        {
            throw SafeTensors.Malformed(source, $"expected {at} bytes of data, as the header says, but {available} follow it");
        }
    }

    private static InvalidDataException Bad(string source, string tensor, string expected, string came) =>
        SafeTensors.Malformed(source, $"tensor '{tensor}': expected {expected}, but found {came}");
}
