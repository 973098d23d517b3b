using System.Buffers.Binary;
using System.Text.Json;

namespace AttentionDsl.Runtime;

/// <summary>Writes the safetensors format.</summary>
internal static unsafe class SafeTensorsWriter
{
    public static void Write(Stream stream, IEnumerable<KeyValuePair<string, Tensor>> tensors, IEnumerable<KeyValuePair<string, string>>? metadata)
    {
        var list = tensors.ToList();
        byte[] header = Header(list, metadata);
        Span<byte> prefix = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
        stream.Write(prefix);
        stream.Write(header);
        foreach ((_, Tensor tensor) in list)
        {
            byte* at = (byte*)tensor.Data;
            for (long left = tensor.Count * Tensor.SizeOf(tensor.Type); left > 0;)
            {
                int part = (int)Math.Min(left, 1 << 30);
                stream.Write(new ReadOnlySpan<byte>(at, part));
                at += part;
                left -= part;
            }

            GC.KeepAlive(tensor);
        }
    }

    private static byte[] Header(List<KeyValuePair<string, Tensor>> tensors, IEnumerable<KeyValuePair<string, string>>? metadata)
    {
        var names = new HashSet<string> { SafeTensors.MetadataName };
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory))
        {
            json.WriteStartObject();
            if (metadata != null)
            {
                json.WriteStartObject(SafeTensors.MetadataName);
                foreach ((string key, string text) in metadata)
                {
                    json.WriteString(key, text);
                }

                json.WriteEndObject();
            }

            long offset = 0;
            foreach ((string name, Tensor tensor) in tensors)
            {
                if (!names.Add(name))
                {
                    throw new ArgumentException($"A safetensors file cannot have two entries named '{name}'.", nameof(tensors));
                }

                json.WriteStartObject(name);
                json.WriteString("dtype", Code(tensor.Type));
                WriteNumbers(json, "shape", tensor.Shape.AsSpan());
                long end = checked(offset + (tensor.Count * Tensor.SizeOf(tensor.Type)));
                WriteNumbers(json, "data_offsets", [offset, end]);
                json.WriteEndObject();
                offset = end;
            }

            json.WriteEndObject();
        }

        // The format wants the data to begin at a multiple of 8 bytes, and allows blanks after the JSON for it.
        while (memory.Length % 8 != 0)
        {
            memory.WriteByte((byte)' ');
        }

        return memory.ToArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, ReadOnlySpan<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    private static string Code(DataType type) => type switch
    {
        DataType.Float32 => "F32",
        DataType.Float64 => "F64",
        DataType.Float16 => "F16",
        DataType.BFloat16 => "BF16",
        _ => "I64",
    };
}
