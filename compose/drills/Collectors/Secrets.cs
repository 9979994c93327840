using System.Security.Cryptography;
using InferenceTracing.Setup;

namespace InferenceTracing.Drills.Collectors;

/// <summary>Keys and certificates as the laptop's setup makes them, in a folder for each part.</summary>
internal sealed class Secrets
{
    private readonly string _folder;

    public Secrets(string folder, TimeProvider clock)
    {
        _folder = folder;
        new LaptopSecrets(folder, clock.GetUtcNow()).Write();
    }

    public string Gateway => Path.Combine(_folder, "gateway");

    public string Edge => Path.Combine(_folder, "edge");

    public string EdgeCa => Path.Combine(Edge, "ca.crt");

    public string CollectorKeys => Path.Combine(_folder, "collector", "tokens");

    /// <summary>What the edge shows.</summary>
    public string EdgeKey => File.ReadAllText(Path.Combine(Edge, "Cluster__ApiKey"));

    private string AcceptedKey => Path.Combine(Gateway, "Gateway__ApiKeys__edge__Key");

    /// <summary>From its next start on the gateway knows the edge by another key.</summary>
    public void Rotate() => Replace(AcceptedKey, $"edge-{RandomNumberGenerator.GetHexString(32, lowercase: true)}");

    /// <summary>The edge is given the key that the gateway takes.</summary>
    public void HandOver() => Replace(Path.Combine(Edge, "Cluster__ApiKey"), File.ReadAllText(AcceptedKey));

    private static void Replace(string file, string text)
    {
        // It is read-only, to its owner too.
        File.Delete(file);
        File.WriteAllText(file, text);
    }
}
