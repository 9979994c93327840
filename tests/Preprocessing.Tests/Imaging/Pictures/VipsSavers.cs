using System.Runtime.InteropServices;
using InferenceTracing.Imaging;

namespace InferenceTracing.Preprocessing.Tests.Imaging.Pictures;

/// <summary>The part of libvips that makes test pictures. The first two take a variable number of arguments, of which none are given.</summary>
internal static unsafe partial class VipsSavers
{
    [LibraryImport(VipsNative.Library, EntryPoint = "vips_image_write_to_buffer", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int WriteToBuffer(nint image, string suffix, out byte* buffer, out nuint bytes, nint end);

    [LibraryImport(VipsNative.Library, EntryPoint = "vips_image_write_to_memory")]
    public static partial byte* WriteToMemory(nint image, out nuint bytes);

    [LibraryImport(VipsNative.Library, EntryPoint = "vips_image_set_int", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetInt32(nint image, string name, int value);

    [LibraryImport(VipsNative.Library, EntryPoint = "vips_image_new_from_memory_copy")]
    public static partial nint NewImageCopy(void* pixels, nuint bytes, int width, int height, int bands, int format);
}
