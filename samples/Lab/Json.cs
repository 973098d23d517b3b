using System.Text.Json;
using System.Text.Json.Serialization;

namespace AttentionDsl.Lab;

/// <summary>How the laboratory writes JSON.</summary>
internal static class Json
{
    public static JsonSerializerOptions Compact { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static JsonSerializerOptions Indented { get; } = new(Compact) { WriteIndented = true };
}
