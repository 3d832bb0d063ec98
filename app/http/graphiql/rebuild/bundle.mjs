// What ../page/*.js need of the third-party packages, as one object on `window`.
// The page itself is written without JSX, so that it is served as it stands in the repository.
import { ToolbarButton, useEditorContext } from "@graphiql/react";
import copyToClipboard from "copy-to-clipboard";
import { GraphiQL, GraphiQLInterface, GraphiQLProvider } from "graphiql";
import { createElement, useEffect, useMemo, useRef, useState } from "react";
import { createRoot } from "react-dom/client";

window.GraphiQLBundle = {
  GraphiQL,
  GraphiQLInterface,
  GraphiQLProvider,
  ToolbarButton,
  copyToClipboard,
  createElement,
  createRoot,
  useEditorContext,
  useEffect,
  useMemo,
  useRef,
  useState,
};
