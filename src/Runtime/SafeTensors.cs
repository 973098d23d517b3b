using System.Buffers.Binary;
using System.Collections.ObjectModel;

namespace AttentionDsl.Runtime;

/// <summary>The tensors and metadata of a safetensors file.</summary>
/// <remarks>F32, F64, F16, BF16 and I64 keep their type; I32 is widened to <see cref="DataType.Int64"/>.</remarks>
public sealed unsafe class SafeTensors : IDisposable
{
    /// <summary>The format's own limit for the header, in bytes.</summary>
    internal const long MaxHeader = 100_000_000;

    /// <summary>The header's entry that holds text and no tensor.</summary>
    internal const string MetadataName = "__metadata__";

    private SafeTensors(string source, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        Source = source;
        Tensors = tensors;
        Metadata = metadata;
    }

    /// <summary>Where the tensors came from, for messages: the file's path.</summary>
    public string Source { get; }

    /// <summary>The tensors by name. Owned by this object.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>The text stored under <c>__metadata__</c>; empty if there is none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>A tensor by name.</summary>
    /// <exception cref="KeyNotFoundException">The file has no such tensor; the message lists those it has.</exception>
    public Tensor this[string name] => Tensors.TryGetValue(name, out Tensor? tensor)
        ? tensor
        : throw new KeyNotFoundException($"{Source} has no tensor '{name}'; it has {string.Join(", ", Tensors.Keys)}.");

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file is not well-formed; the message names the file, the tensor, what was expected and what came.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static SafeTensors Read(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Read(stream, path);
    }

    /// <summary>Reads a stream that can seek, from its beginning.</summary>
    /// <param name="stream">The bytes of a safetensors file.</param>
    /// <param name="source">How messages call it.</param>
    /// <exception cref="InvalidDataException">The bytes are not well-formed; the message names the source, the tensor, what was expected and what came.</exception>
    public static SafeTensors Read(Stream stream, string source)
    {
        long size = stream.Length;
        stream.Position = 0;
        if (size < 8)
        {
            throw Malformed(source, $"expected at least 8 bytes (the header's length), but the file has {size}");
        }

        Span<byte> prefix = stackalloc byte[8];
        stream.ReadExactly(prefix);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaxHeader)
        {
            throw Malformed(source, $"expected a header of at most {MaxHeader} bytes, but the file announces {length}; it is probably not a safetensors file");
        }

        if ((long)length > size - 8)
        {
            throw Malformed(source, $"expected a header of {length} bytes, but only {size - 8} bytes follow: the file is truncated or not a safetensors file");
        }

        byte[] header = new byte[length];
        stream.ReadExactly(header);
        long data = 8 + (long)length;
        List<SafeTensorsEntry> entries = SafeTensorsHeader.Parse(header, size - data, source, out Dictionary<string, string> metadata);

        var tensors = new Dictionary<string, Tensor>();
        try
        {
            foreach (SafeTensorsEntry entry in entries)
            {
                stream.Position = data + entry.Begin;
                tensors.Add(entry.Name, ReadTensor(stream, entry));
            }

            return new SafeTensors(source, new ReadOnlyDictionary<string, Tensor>(tensors), new ReadOnlyDictionary<string, string>(metadata));
        }
        catch (Exception exception)
        {
            foreach (Tensor tensor in tensors.Values)
            {
                tensor.Dispose();
            }

            // Only a file that shrinks while it is read ends early here: the header was checked against its length.
            if (exception is EndOfStreamException)
            {
                throw Malformed(source, "the file ended while it was read");
            }

            throw;
        }
    }

    /// <summary>Writes tensors to a file, in the order given.</summary>
    /// <param name="path">The file; overwritten.</param>
    /// <param name="tensors">Names and tensors.</param>
    /// <param name="metadata">Text to store under <c>__metadata__</c>.</param>
    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IEnumerable<KeyValuePair<string, string>>? metadata = null)
    {
        using FileStream stream = File.Create(path);
        Write(stream, tensors, metadata);
    }

    /// <summary>Writes tensors to a stream, in the order given.</summary>
    /// <param name="stream">Where to write.</param>
    /// <param name="tensors">Names and tensors.</param>
    /// <param name="metadata">Text to store under <c>__metadata__</c>.</param>
    /// <exception cref="ArgumentException">Two tensors have the same name, or one is named <c>__metadata__</c>.</exception>
    public static void Write(Stream stream, IEnumerable<KeyValuePair<string, Tensor>> tensors, IEnumerable<KeyValuePair<string, string>>? metadata = null) =>
        SafeTensorsWriter.Write(stream, tensors, metadata);

    /// <summary>Frees all tensors.</summary>
    public void Dispose()
    {
        foreach (Tensor tensor in Tensors.Values)
        {
            tensor.Dispose();
        }
    }

    internal static InvalidDataException Malformed(string source, string what, Exception? inner = null) =>
        new($"{source}: {what}.", inner);

    private static Tensor ReadTensor(Stream stream, SafeTensorsEntry entry)
    {
        var tensor = new Tensor(entry.Type, entry.Shape);
        try
        {
            if (entry.Widen)
            {
                ReadInt32(stream, tensor);
            }
            else
            {
                byte* at = (byte*)tensor.Data;
                for (long left = entry.End - entry.Begin; left > 0;)
                {
                    int part = (int)Math.Min(left, 1 << 30);
                    stream.ReadExactly(new Span<byte>(at, part));
                    at += part;
                    left -= part;
                }
            }

            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    private static void ReadInt32(Stream stream, Tensor tensor)
    {
        Span<byte> four = stackalloc byte[4];
        for (long i = 0; i < tensor.Count; i++)
        {
            stream.ReadExactly(four);
            ((long*)tensor.Data)[i] = BinaryPrimitives.ReadInt32LittleEndian(four);
        }
    }
}
