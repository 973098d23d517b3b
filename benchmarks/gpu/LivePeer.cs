using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace AttentionDsl.Gpu;

/// <summary>flash-linear-attention on the same card in the same sitting: <c>peers.py</c>, where Python can import it.</summary>
internal sealed class LivePeer : IDisposable
{
    private readonly Process process;

    private LivePeer(Process process, string versions)
    {
        this.process = process;
        Versions = versions;
    }

    /// <summary>What runs there.</summary>
    public string Versions { get; }

    /// <summary>Starts it.</summary>
    /// <param name="python">The interpreter.</param>
    /// <returns>The peer, or null and what is missing.</returns>
    public static (LivePeer? Peer, string Missing) Start(string python)
    {
        string script = Path.Combine(AppContext.BaseDirectory, "peers.py");
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo(python, script) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (Win32Exception)
        {
            return (null, python);
        }

        // Nobody reads what the libraries say; but a full pipe would stop them.
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        JsonElement? first = Read(process);
        if (first?.TryGetProperty("ready", out JsonElement ready) == true)
        {
            return (new LivePeer(process, ready.GetString()!), "");
        }

        string missing = first?.TryGetProperty("missing", out JsonElement names) == true ? names.GetString()! : "an import that works";
        process.Dispose();
        return (null, missing);
    }

    /// <summary>Milliseconds of an operator, forward and with the backward; not numbers where it failed.</summary>
    public (double Forward, double Both) Time(string peer, Runtime.CallSize size)
    {
        process.StandardInput.WriteLine($"{peer} {size.Batch} {size.Tokens} {size.Heads} {size.K}");
        process.StandardInput.Flush();
        JsonElement? answer = Read(process);
        return answer?.TryGetProperty("forward", out JsonElement forward) == true
            ? (forward.GetDouble(), answer.Value.GetProperty("both").GetDouble())
            : (double.NaN, double.NaN);
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
    }

    private static JsonElement? Read(Process process) =>
        process.StandardOutput.ReadLine() is { } line ? JsonDocument.Parse(line).RootElement : null;
}
