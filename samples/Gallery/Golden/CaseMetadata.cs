using System.Globalization;
using System.Text.Json;
using AttentionDsl.Runtime;

namespace AttentionDsl.Gallery.Golden;

/// <summary>What a file of test vectors says about itself: the variant, the flags that are set, numbers such as the scale.</summary>
/// <remarks>Either one JSON object under <c>meta</c>, or each item as a text of its own in the file's metadata.</remarks>
internal sealed class CaseMetadata
{
    // True in these does not change the mathematics: what a kernel may assume, keeps or returns.
    private static readonly HashSet<string> Neutral =
        ["allow_neg_beta", "safe_gate", "output_final_state", "inplace_final_state", "disable_recompute", "return_intermediate_states", StateValueFirstName, "state_v_first"];

    // These numbers do: a publication names them with their value, as in lower_bound=-5.
    private static readonly HashSet<string> Mathematical = ["lower_bound"];

    private const string StateValueFirstName = "state_value_first";

    private readonly Dictionary<string, double> numbers = [];
    private readonly Dictionary<string, long[]> lists = [];
    private readonly SortedSet<string> flags = [];

    private CaseMetadata()
    {
    }

    /// <summary>The variant's name; empty if the file does not say.</summary>
    public string Variant { get; private set; } = "";

    /// <summary>The flags that are set and change the mathematics, and numbers that do, as <c>name=value</c>.</summary>
    public IReadOnlySet<string> Flags => flags;

    /// <summary>True if states are stored [N, heads, V, K].</summary>
    public bool StateValueFirst { get; private set; }

    /// <summary>Offsets of packed sequences; null if there are none.</summary>
    public long[]? Offsets => lists.GetValueOrDefault("cu_seqlens");

    /// <summary>Reads the metadata of a file.</summary>
    /// <exception cref="InvalidDataException">The text under <c>meta</c> is no JSON object.</exception>
    public static CaseMetadata Read(SafeTensors file)
    {
        var metadata = new CaseMetadata();
        if (file.Metadata.TryGetValue("meta", out string? text))
        {
            try
            {
                using JsonDocument document = JsonDocument.Parse(text);
                if (document.RootElement.ValueKind != JsonValueKind.Object)
                {
                    throw new InvalidDataException($"{file.Source}: expected the metadata 'meta' to be a JSON object, but it is a JSON {document.RootElement.ValueKind}.");
                }

                foreach (JsonProperty item in document.RootElement.EnumerateObject())
                {
                    metadata.Add(item.Name, item.Value);
                }
            }
            catch (JsonException exception)
            {
                throw new InvalidDataException($"{file.Source}: expected the metadata 'meta' to be a JSON object, but {exception.Message.TrimEnd('.')}.", exception);
            }
        }

        foreach ((string name, string value) in file.Metadata)
        {
            metadata.Add(name, value);
        }

        return metadata;
    }

    /// <summary>A number by name; null if the file has none of this name.</summary>
    public double? Number(string name) => numbers.TryGetValue(name, out double value) ? value : null;

    /// <summary>The variant and its flags, for messages.</summary>
    public override string ToString() => flags.Count == 0 ? Variant : $"{Variant} ({string.Join(", ", flags)})";

    private void Add(string name, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String when name == "variant":
                Variant = value.GetString()!;
                break;
            case JsonValueKind.Number:
                Set(name, value.GetDouble());
                break;
            case JsonValueKind.True:
                Set(name);
                break;
            case JsonValueKind.Array when value.EnumerateArray().All(x => x.ValueKind == JsonValueKind.Number && x.TryGetInt64(out _)):
                lists[name] = [.. value.EnumerateArray().Select(x => x.GetInt64())];
                break;
        }
    }

    private void Add(string name, string value)
    {
        if (name == "variant")
        {
            Variant = value;
        }
        else if (value is "true" or "True")
        {
            Set(name);
        }
        else if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
        {
            Set(name, number);
        }
    }

    private void Set(string name, double number)
    {
        numbers[name] = number;
        if (Mathematical.Contains(name))
        {
            flags.Add(FormattableString.Invariant($"{name}={number}"));
        }
    }

    private void Set(string flag)
    {
        StateValueFirst |= flag is StateValueFirstName or "state_v_first";
        if (!Neutral.Contains(flag))
        {
            flags.Add(flag);
        }
    }
}
