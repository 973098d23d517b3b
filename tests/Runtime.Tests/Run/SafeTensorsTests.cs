using System.Buffers.Binary;
using System.Text;

namespace AttentionDsl.Runtime.Tests;

/// <summary>The file format: what is written comes back, and every malformed file is one error that says what is wrong.</summary>
public class SafeTensorsTests
{
    [Fact]
    public void What_is_written_comes_back()
    {
        var tensors = new Dictionary<string, Tensor>
        {
            ["x"] = Tensor.From([1f, 2, 3, 4, 5, 6], 2, 3),
            ["y"] = Tensor.From([1.5, -2], 2),
            ["n"] = new Tensor(DataType.Int64, 3),
            ["b"] = Tensor.From([1f, 2, 3], 3).Cast(DataType.BFloat16),
            ["h"] = Tensor.From([0.5f], 1).Cast(DataType.Float16),
            ["empty"] = new Tensor(DataType.Float32, 0, 4),
            ["number"] = Tensor.From([7f]),
        };
        tensors["n"].AsSpan<long>()[2] = long.MinValue;
        using var stream = new MemoryStream();
        SafeTensors.Write(stream, tensors, new Dictionary<string, string> { ["meta"] = "a \"text\" with ü" });
        using SafeTensors read = SafeTensors.Read(stream, "memory");
        Assert.Equal("a \"text\" with ü", read.Metadata["meta"]);
        Assert.Equal(tensors.Keys.Order(), read.Tensors.Keys.Order());
        foreach ((string name, Tensor tensor) in tensors)
        {
            Assert.Equal(tensor.ToString(), read[name].ToString());
            for (int i = 0; i < tensor.Count; i++)
            {
                Assert.Equal(tensor[i], read[name][i]);
            }

            tensor.Dispose();
        }

        Assert.Contains("x, y", Assert.Throws<KeyNotFoundException>(() => read["z"]).Message.Replace("empty, ", ""), StringComparison.Ordinal);
        Assert.Equal(0, (8 + BinaryPrimitives.ReadInt64LittleEndian(stream.ToArray())) % 8);
    }

    [Fact]
    public void Narrow_integers_are_widened()
    {
        using SafeTensors read = Read("""{"n":{"dtype":"I32","shape":[2],"data_offsets":[0,8]}}""", [1, 0, 0, 0, 255, 255, 255, 255]);
        Assert.Equal([1, -1], read["n"].AsSpan<long>().ToArray());
    }

    [Fact]
    public void A_name_can_be_written_once()
    {
        using var tensor = new Tensor(DataType.Float32, 1);
        KeyValuePair<string, Tensor> x = new("x", tensor);
        Assert.Contains("'x'", Assert.Throws<ArgumentException>(() => SafeTensors.Write(new MemoryStream(), [x, x])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", 0, "JSON object")]
    [InlineData("{", 0, "JSON")]
    [InlineData("""{"x":1}""", 0, "'x'", "data_offsets")]
    [InlineData("""{"x":{"shape":[1],"data_offsets":[0,4]}}""", 4, "'x'", "'dtype'")]
    [InlineData("""{"x":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}""", 1, "'x'", "F32, F64", "'F8_E4M3'")]
    [InlineData("""{"x":{"dtype":"F32","data_offsets":[0,4]}}""", 4, "'x'", "'shape'")]
    [InlineData("""{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "'x'", "not negative", "-1")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "'x'", "1.5")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "'x'", "begin <= end")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", 4, "'x'", "[begin, end]")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "'x'", "8 bytes", "4 bytes")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4611686018427387904,4611686018427387904],"data_offsets":[0,4]}}""", 4, "'x'", "2^63")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "'x'", "truncated")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 9, "4 bytes", "9 follow")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "'x'", "belong to no tensor")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "'y'", "overlap")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "duplicate")]
    [InlineData("""{"__metadata__":[]}""", 0, "__metadata__", "object of strings")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "'a'")]
    public void Malformed_headers_are_refused(string header, int data, params string[] says)
    {
        string message = Assert.Throws<InvalidDataException>(() => Read(header, new byte[data])).Message;
        Assert.All(says.Append("memory"), x => Assert.Contains(x, message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, 0, "at least 8 bytes")]
    [InlineData(7, 0, "at least 8 bytes")]
    [InlineData(20, 13, "truncated")]
    [InlineData(20, ulong.MaxValue, "probably not a safetensors file")]
    [InlineData(8, 100_000_001, "probably not a safetensors file")]
    public void Files_that_are_too_short_for_their_header_are_refused(int size, ulong announced, string says)
    {
        byte[] bytes = new byte[size];
        if (size >= 8)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, announced);
        }

        string message = Assert.Throws<InvalidDataException>(() => SafeTensors.Read(new MemoryStream(bytes), "memory")).Message;
        Assert.Contains(says, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Headers_that_are_no_text_are_refused()
    {
        byte[] header = [.. "{\""u8, 0xFF, 0xFE, .. "\":1}"u8];
        Assert.Throws<InvalidDataException>(() => SafeTensors.Read(new MemoryStream([.. Prefix(header.Length), .. header]), "memory"));
    }

    [Fact]
    public void Every_truncation_of_a_good_file_is_refused()
    {
        using var tensor = Tensor.From([1f, 2, 3], 3);
        using var stream = new MemoryStream();
        SafeTensors.Write(stream, [new("x", tensor)]);
        byte[] good = stream.ToArray();
        for (int length = 0; length < good.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => SafeTensors.Read(new MemoryStream(good[..length]), "memory"));
        }
    }

    private static SafeTensors Read(string header, byte[] data)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        return SafeTensors.Read(new MemoryStream([.. Prefix(text.Length), .. text, .. data]), "memory");
    }

    private static byte[] Prefix(int length)
    {
        byte[] prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, length);
        return prefix;
    }
}
