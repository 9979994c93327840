using System.Runtime.Versioning;

// What is tested makes files with modes and reads /proc.
[assembly: SupportedOSPlatform("linux")]
